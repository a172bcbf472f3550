"""An id is learned once, within a window and a cap."""

from headwater_server.engine.intake.deduplication import Deduplication, erased_event
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


def _erased(seen, count):
    return [seen.is_erased(_event(f"e{n}")) for n in range(count)]


def test_of_an_erased_profile_the_ids_stay_without_an_owner():
    """Its events stay known, with nothing that says whose they were; so after a restart."""
    seen = _seen(range(3000), ids_max=10_000)
    before = seen.state().tree()["owners"]
    seen.forget("v1")
    expected = [False, True, False] * 1000
    assert _erased(seen, 3000) == expected
    assert before.all()  # what a snapshot may be reading did not change
    assert not seen.state().tree()["owners"][1::3].any()
    again = Deduplication(window_ms=10**9, ids_max=10_000)
    again.load(seen.state().tree())
    for each in (seen, again):
        for n in range(3000, 9000):
            each.remember(_event(f"e{n}"), "v", n)
        assert _statuses(each, 3000) == [KNOWN] * 3000
        assert _erased(each, 3000) == expected
    assert again.state().tree()["owners"].tolist() == seen.state().tree()["owners"].tolist()


def test_an_erased_id_in_another_content_is_a_conflict():
    seen = _seen(range(3))
    seen.forget("v1")
    assert seen.status(_event("e1", "b"), 0) is Status.CONFLICT


def test_what_a_rewritten_log_keeps_is_as_good_as_what_was_erased():
    """Twice on the log it counts once, and it never replaces what is known."""
    seen, kept = _seen([]), erased_event(_event("e0"))
    for _ in range(2):
        seen.remember_erased(kept, 0)
    assert (len(seen), _statuses(seen, 1), _erased(seen, 1)) == (1, [KNOWN], [True])
    known = _seen([0])
    known.remember_erased(kept, 0)
    assert (len(known), _erased(known, 1)) == (1, [False])
    page = Event("e0", "click", "v", items=(EventItem("a"),), from_page=True)
    assert seen.status(page, 0) is NEW


def test_forgotten_places_leave_in_their_time():
    """An erased id does not stay longer, and does not remove another's id."""
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


def test_a_log_may_hold_hashes_of_any_length():
    """Another program wrote the entry: it is folded, as all that is on a log."""
    seen = Deduplication(window_ms=1000, ids_max=10)
    for content in (b"\1", b"\1\2\3", b"\1" * 16):
        event = Event(f"e{len(content)}", "click", "v", fingerprint=content)
        seen.remember(event, "v", 0)
        assert seen.status(event, 1) is KNOWN
    assert seen.status(Event("e1", "click", "v", fingerprint=b"\2"), 1) is Status.CONFLICT
