"""An id is learned once, within a window and a cap."""

from headwater_server.engine.intake.deduplication import Deduplication
from headwater_server.engine.messages.events import Event, EventItem, Status

NEW, KNOWN = Status.CREATED, Status.EXISTS


def _event(event_id, item="a"):
    return Event(event_id, "click", "v", items=(EventItem(item),))


def _seen(times, window_ms=10**9, ids_max=100):
    """Remember e0, e1, … at ``times``, of visitors 0, 1 and 2 in turn."""
    seen = Deduplication(window_ms=window_ms, ids_max=ids_max)
    for n, time_ms in enumerate(times):
        seen.remember(_event(f"e{n}"), f"v{n % 3}", time_ms)
    return seen


def _statuses(seen, count, now_ms=0):
    return [seen.status(_event(f"e{n}"), now_ms) for n in range(count)]


def test_same_id_same_content_exists():
    """A repeated event is known; the same id with other content is a conflict."""
    seen = _seen([])
    assert seen.status(_event("e0"), 0) is NEW
    seen.remember(_event("e0"), "v", 0)
    assert seen.status(_event("e0"), 0) is KNOWN
    assert seen.status(_event("e0", "b"), 0) is Status.CONFLICT


def test_ids_leave_after_the_window():
    """Once the clock has passed the window, an id is new again; before, it is not."""
    seen = _seen([0], window_ms=1000)
    assert seen.status(_event("e0"), 999) is KNOWN
    assert seen.status(_event("e0"), 1000) is NEW
    seen.remember(_event("e0"), "v", 1000)
    assert seen.status(_event("e0"), 1999) is KNOWN
    assert len(seen) == 1


def test_the_oldest_id_makes_room():
    """At the cap the oldest id goes, and only that one."""
    assert _statuses(_seen(range(4), ids_max=3), 4) == [NEW, KNOWN, KNOWN, KNOWN]


def test_a_profile_is_forgotten_and_nobody_else():
    """The ids of one profile are new again; the others' stay, through growth and a restart."""
    seen = _seen(range(3000), ids_max=10_000)
    seen.forget("v1")
    assert len(seen) == 2000
    expected = [KNOWN, NEW, KNOWN] * 1000
    assert _statuses(seen, 3000) == expected
    again = Deduplication(window_ms=10**9, ids_max=10_000)
    again.load(seen.state().tree())
    for each in (seen, again):
        for n in range(3000, 9000):
            each.remember(_event(f"e{n}"), "v", n)
        assert _statuses(each, 3000) == expected
    assert again.state().tree()["owners"].tolist() == seen.state().tree()["owners"].tolist()


def test_forgotten_places_leave_in_their_time():
    """A place that was forgotten does not stay, and does not remove another's id."""
    seen = _seen(range(6), ids_max=3)
    seen.forget("v2")
    for n in range(6, 9):
        seen.remember(_event(f"e{n}"), "v", n)
    assert _statuses(seen, 9) == [NEW] * 6 + [KNOWN] * 3


def test_survives_growth_and_restart():
    """Thousands of ids, many of them expired, are the same after a copy is loaded."""
    seen = _seen(range(9000), window_ms=3000, ids_max=10_000)
    again = Deduplication(window_ms=3000, ids_max=10_000)
    again.load(seen.state().tree())
    assert len(again) == len(seen) == 3000
    assert _statuses(again, 9000, 8999) == _statuses(seen, 9000, 8999)
    again.remember(_event("new"), "v", 9000)
    assert again.status(_event("new"), 9000) is KNOWN
