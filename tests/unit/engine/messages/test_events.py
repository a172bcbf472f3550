"""An event's fingerprint is stored on logs: it may never change."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.messages.events import Event, EventItem, fingerprint

TEXTS = st.text(max_size=5)
NUMBERS = st.one_of(st.floats(), st.integers(-3, 3))
ITEMS = st.builds(EventItem, TEXTS, NUMBERS, st.none() | st.floats(), TEXTS)
EVENTS = st.builds(
    Event,
    event_id=TEXTS,
    event_type=TEXTS,
    visitor_id=TEXTS,
    user_id=TEXTS,
    session_id=TEXTS,
    items=st.lists(ITEMS, max_size=3).map(tuple),
    value=st.none() | NUMBERS,
    event_time_ms=st.none() | st.integers(),
    placement=TEXTS,
    position=st.integers(),
    context=st.dictionaries(TEXTS, TEXTS | st.floats(), max_size=3).map(lambda d: (*d.items(),)),
)


def _twin(event, token):
    """What builds have written since the first: a hash of the repr of a tuple of the fields."""
    fields = (
        event.event_id,
        event.event_type,
        event.visitor_id,
        event.user_id,
        event.session_id,
        tuple((i.item_id, float(i.quantity), i.price, i.currency_code) for i in event.items),
        event.value,
        event.event_time_ms,
        event.placement,
        event.position,
        tuple(sorted(event.context, key=lambda pair: pair[0])),
        token,
    )
    return hashlib.blake2b(repr(fields).encode("utf-8", "surrogatepass"), digest_size=16).digest()


@given(EVENTS, TEXTS)
def test_it_is_the_hash_that_logs_already_hold(event, token):
    assert fingerprint(event, token) == _twin(event, token)


def test_lone_surrogates_have_one_too():
    event = Event("\ud800", "view", "v", items=(EventItem("\udfff'\""),))
    assert fingerprint(event) == _twin(event, "")
