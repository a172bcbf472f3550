"""Whose a quarantined event is, when a person is erased."""

from __future__ import annotations

import pytest

from headwater_server.engine.messages.asked import Question
from headwater_server.engine.messages.events import Event, Slate
from headwater_server.replica.ports.quarantine import Quarantined

SLATE = Slate("r", "best", "home", ("a",), (1.0,), 3, 0, 5, (), Question(user_id="anna"))


@pytest.mark.parametrize(
    ("visitor", "user", "slate", "is_hers"),
    [
        ("v", "anna", None, True),
        ("laptop", "", None, True),
        ("laptop", "bob", None, False),
        ("v", "", None, False),
        ("v", "", SLATE, True),  # a list that was asked for her, before the visitor logged out
        ("v", "bob", SLATE, True),
    ],
)
def test_what_is_erased_with_an_account(visitor, user, slate, is_hers):
    event = Event("e", "impression", visitor, user, slate=slate)
    kept = Quarantined("1-0", "e", visitor, user, "why", event)
    assert kept.is_of("anna", ("laptop",)) is is_hers


def test_an_event_of_nobody_is_not_erased_with_a_visitor():
    kept = Quarantined("1-0", "e", "", "", "why", Event("e", "click", ""))
    assert not kept.is_of("", ("laptop",))
