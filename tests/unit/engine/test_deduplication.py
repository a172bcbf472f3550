"""An id is learned once, within a window and a cap."""

from headwater_server.engine.deduplication import Deduplication
from headwater_server.engine.events import Event, EventItem, Status


def _event(event_id, item="a"):
    return Event(event_id, "click", "v", items=(EventItem(item),))


def test_same_id_same_content_exists():
    """A repeated event is known; the same id with other content is a conflict."""
    seen = Deduplication(window_ms=1000, ids_max=100)
    assert seen.status(_event("e1")) is Status.CREATED
    seen.remember(_event("e1"), 0)
    assert seen.status(_event("e1")) is Status.EXISTS
    assert seen.status(_event("e1", "b")) is Status.CONFLICT


def test_ids_leave_after_the_window():
    """Once the clock has passed the window, an id is new again; before, it is not."""
    seen = Deduplication(window_ms=1000, ids_max=100)
    seen.remember(_event("e1"), 0)
    seen.expire(999)
    assert seen.status(_event("e1")) is Status.EXISTS
    seen.expire(1000)
    assert seen.status(_event("e1")) is Status.CREATED


def test_the_oldest_id_makes_room():
    """At the cap the oldest id goes, and only that one."""
    seen = Deduplication(window_ms=10**9, ids_max=3)
    for n in range(4):
        seen.remember(_event(f"e{n}"), n)
    assert [seen.status(_event(f"e{n}")) for n in range(4)] == [Status.CREATED] + [
        Status.EXISTS
    ] * 3


def test_survives_growth_and_restart():
    """Thousands of ids, many of them expired, are the same after a copy is loaded."""
    seen = Deduplication(window_ms=3000, ids_max=10_000)
    for n in range(9000):
        seen.remember(_event(f"e{n}"), n)
    again = Deduplication(window_ms=3000, ids_max=10_000)
    again.load(seen.state())
    assert len(again) == len(seen) == 3000
    for n in (0, 5999, 6000, 8999):
        assert again.status(_event(f"e{n}")) is seen.status(_event(f"e{n}"))
    again.remember(_event("new"), 9000)
    assert again.status(_event("new")) is Status.EXISTS
