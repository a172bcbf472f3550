"""What is found ordinary at once is what the firewall, reason by reason, has nothing against."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headwater_server.engine.intake.firewall import _reasons
from headwater_server.engine.intake.limits import ID_BYTES_MAX
from headwater_server.engine.intake.ordinary import are_ordinary, is_ordinary
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.settings import EngineSettings

SETTINGS = EngineSettings()
IDS = st.one_of(
    st.sampled_from(
        ["", "a", "undefined", "sku-Undefined", "nan", "n/a", "a\n", "\na", "a\nb", "é"]
    ),
    st.sampled_from(["Null-null", "optional.empty", "x" * ID_BYTES_MAX, "x" * (ID_BYTES_MAX + 1)]),
    st.text(max_size=4),
)
NUMBERS = st.one_of(st.floats(), st.sampled_from([1.0, 1e12, 1.0000001e12]))
ITEMS = st.builds(EventItem, IDS, NUMBERS, st.none() | NUMBERS, st.sampled_from(["", "EUR", "€€€"]))
SLATES = st.builds(Slate, IDS, IDS, IDS, st.sampled_from([(), ("a",) * 3]), st.just(()))
EVENTS = st.builds(
    Event,
    event_id=IDS,
    event_type=st.sampled_from(["view", "purchase", "rating", "logout", "impression", "nonsense"]),
    visitor_id=IDS,
    user_id=IDS,
    session_id=IDS,
    items=st.lists(ITEMS, max_size=3).map(tuple) | st.just((EventItem("a"),) * 40),
    value=st.none() | NUMBERS,
    event_time_ms=st.none() | st.integers(-(2**62), 2**62),
    placement=IDS,
    position=st.sampled_from([-1, 0, 1, 3, 4, 100, 101, 1001]),
    context=st.sampled_from([(), (("k", 1.0),)]),
    slate=st.none() | SLATES,
    from_page=st.booleans(),
    self_asked=st.booleans(),
)


@given(EVENTS)
@example(Event("e", "view", "v", items=(EventItem("a"),), placement="home\n"))
@example(Event("e", "view", "v", items=(EventItem("a"),) * 1001))
def test_an_ordinary_event_has_no_reason_against_it(event):
    if is_ordinary(event, SETTINGS):
        assert list(_reasons(event, SETTINGS)) == []


@pytest.mark.parametrize(
    "event",
    [
        Event(
            "order-1:2", "purchase", "v_1", user_id="u.1", items=(EventItem("a", 2, 9.5, "EUR"),)
        ),
        Event("e", "view", "v", items=(EventItem("a"),), event_time_ms=1, session_id="s"),
        Event("e", "click", "v", items=(EventItem("a"),) * 30, from_page=True, placement="home"),
        Event("e", "click", "v", items=(EventItem("a"),), position=3, value=2.0),
    ],
)
def test_what_shops_send_is_ordinary(event):
    assert is_ordinary(event, SETTINGS)


@given(st.lists(EVENTS, max_size=4))
@example([Event("e", "view", "v", items=(EventItem("a"),)), Event("e", "view", "nan")])
def test_events_are_ordinary_together_if_each_is(events):
    alone = all(is_ordinary(event, SETTINGS) for event in events)
    assert are_ordinary(events, SETTINGS) is (alone and bool(events))
