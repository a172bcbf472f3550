"""Events that are checked together get the reasons that each gets alone."""

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headwater_server.engine.intake.firewall import quarantine_reason
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens.attribution_token import sign
from headwater_server.engine.tokens.token_key import TokenKey
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.replica.writes.caller import Caller
from headwater_server.replica.writes.event_checks import EventChecks
from headwater_server.replica.writes.exposure_limit import ExposureLimit

NOW_MS = 1_700_000_000_000
HOUR_MS = 3_600_000
SECRET = b"a secret of this test"
SLATE = Slate("r1", "plackett_luce", "home", ("a", "b"), (0.5, 1.0))
TOKENS = (
    "",
    "forged",
    sign(SLATE, TokenKey(0, SECRET), visitor_id="ann", user_id="u", expire_s=NOW_MS // 1000 + 60),
    sign(SLATE, TokenKey(0, SECRET), visitor_id="ann", expire_s=NOW_MS // 1000 - 60),
)
LINES = (
    EventItem("a"), EventItem("c"), EventItem("a", -1e13), EventItem("a", 2.0**31),
    EventItem("a", 0.0), EventItem("a", -1.0, 5.0, "EUR"), EventItem("a", 1.0, -5.0),
    EventItem("a", 1.0, 5.0, "12!"),
)  # fmt: skip
IDS = st.sampled_from(["ann", "bob", "u", "", "undefined", "x" * 129, "a\nb"])
EVENTS = st.builds(
    Event,
    event_id=IDS,
    event_type=st.sampled_from(["view", "purchase", "impression", "logout", "nonsense"]),
    visitor_id=IDS,
    user_id=IDS,
    items=st.sampled_from([(), *((one,) for one in LINES)]),
    event_time_ms=st.sampled_from([None, NOW_MS, NOW_MS + 2 * HOUR_MS]),
    position=st.sampled_from([0, 1, 5_000]),
)
GOOD = Event("e1", "view", "ann", items=(EventItem("a"),))


def checked(events, caller):
    checks = EventChecks(
        TokenKeys.single(SECRET),
        EngineSettings,
        lambda: NOW_MS,
        log_ms=lambda: NOW_MS,
        exposures=ExposureLimit(0, lambda *_: ()),
    )
    return asyncio.run(checks.check(events, caller))


@given(
    st.lists(st.tuples(EVENTS, st.sampled_from(TOKENS)), min_size=1, max_size=4),
    st.builds(Caller, st.just("key 10.0.0.7"), is_page=st.booleans()),
)
@example([(GOOD, ""), (GOOD, "forged")], Caller("key", is_page=False))
@example([(GOOD, "")] * 120, Caller("key", is_page=True))
def test_together_each_event_has_its_own_reason(events, caller):
    together = checked(events, caller)
    alone = [checked([one], caller) for one in events]
    assert together.events == [one.events[0] for one in alone]
    assert together.reasons == [one.reasons[0] for one in alone]
    assert together.tokens == [token for _, token in events]


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (EventItem("a", 2.0**31, 5.0), "quantity"),
        (EventItem("a", -(2.0**31)), "quantity"),
        (EventItem("a", 0.0, 5.0), "quantity"),
        (EventItem("a", -3.0, -5.0), "price"),
        (EventItem("a", 1.0, 5.0, "12!"), "currency_code"),
        (EventItem("a", 1.0, 5.0, "€"), "currency_code"),
        (EventItem("a", 1.0, 5.0, "EU"), "currency_code"),
    ],
)
def test_a_new_event_is_refused_that_the_fold_would_learn(item, field):
    """Entries that are on a log keep their meaning; new ones must not poison the figures."""
    order = Event("e1", "order", "ann", items=(EventItem("b"), item))
    found = checked([(GOOD, ""), (order, "")], Caller("key 10.0.0.7", is_page=False))
    assert found.reasons[0] == ""
    assert found.reasons[1].startswith(f"items[1].{field}: ")
    assert quarantine_reason(order, EngineSettings()) == ""


@pytest.mark.parametrize("item", [("a", -1.0, 5.0, "EUR"), ("a", 1e6, 0.0, "eur"), ("a", 0.5)])
def test_corrections_and_gifts_pass(item):
    order = Event("e1", "order", "ann", items=(EventItem(*item),))
    assert checked([(order, "")], Caller("key 10.0.0.7", is_page=False)).reasons == [""]


def test_good_events_are_appended_with_their_sender():
    both = checked([(GOOD, ""), (GOOD, TOKENS[2])], Caller("key 10.0.0.7", is_page=True))
    assert both.reasons == ["", ""]
    assert all(event.fingerprint and event.source and event.from_page for event in both.good)
