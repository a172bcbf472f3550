"""For which visitor, items and time a token is valid; a page is trusted less than a backend."""

import pytest

from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.tokens.attribution_token import open_token, sign
from headwater_server.engine.tokens.token_key import TokenKey
from headwater_server.replica.writes.token_checks import token_problem, user_problem

KEY = TokenKey(0, b"k" * 32)
SLATE = Slate("r1", "best", "home", ("boots", "tent"), (1.0, 1.0))
OPENED = open_token(sign(SLATE, KEY, visitor_id="ann", user_id="anna", expire_s=1000), {0: KEY}.get)
IN_TIME, LATE = 999_999, 1_000_000


def click(visitor="ann", user="", items=("boots",), time_ms=None):
    those = tuple(map(EventItem, items))
    return Event("e", "click", visitor, user, items=those, event_time_ms=time_ms)


def reason(event, now_ms=IN_TIME, *, is_page=True):
    return token_problem(event, OPENED, now_ms, is_page=is_page)


@pytest.mark.parametrize("is_page", [True, False])
def test_for_the_visitor_or_the_account_in_time(is_page):
    assert reason(click(), is_page=is_page) == ""
    assert reason(click("her phone", "anna"), is_page=is_page) == ""
    assert "another visitor" in reason(click("bob"), is_page=is_page)
    assert "another visitor" in reason(click("anna", "ann"), is_page=is_page)
    assert "expired" in reason(click(), LATE, is_page=is_page)


def test_a_backend_may_send_later_what_happened_in_time_a_page_may_not():
    early = click(time_ms=IN_TIME)
    assert reason(early, LATE * 2, is_page=False) == ""
    assert "expired" in reason(early, LATE * 2, is_page=True)
    assert "expired" in reason(click(time_ms=LATE * 3), LATE * 2, is_page=False)


def test_a_page_sends_items_that_the_list_showed():
    mixed = click(items=("boots", "stove"))
    assert "'stove'" in reason(mixed)
    assert reason(mixed, is_page=False) == ""
    assert reason(click(items=())) == ""  # an impression of the whole slate


def test_a_page_names_an_account_only_if_the_token_does():
    assert reason(click(user="anna")) == ""
    assert reason(click(user="bob")).startswith("user_id: ")
    assert reason(click(user="bob"), is_page=False) == ""
    assert user_problem(click(user="anna"), None).startswith("user_id: ")
    assert user_problem(click(), None) == ""
