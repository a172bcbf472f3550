"""The packed rows answer as a plain dictionary would, and take the bytes that are stated."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.intake import id_rows
from headwater_server.engine.intake.deduplication import (
    Deduplication,
    content_of,
    key_of,
    owner_of,
)
from headwater_server.engine.messages.events import Event, Status

WINDOW_MS = 200_000
EVENTS = st.tuples(st.integers(0, 30), st.integers(0, 2), st.integers(0, 3))
STEPS = st.one_of(
    st.tuples(st.just("event"), EVENTS),
    st.tuples(st.just("event"), EVENTS),
    st.tuples(st.just("wait"), st.sampled_from([1, 500, 66_000, 150_000, 10**6])),
    st.tuples(st.just("forget"), st.integers(0, 3)),
    st.tuples(st.just("back"), st.integers(0, 100_000)),
    st.tuples(st.just("adopt"), st.integers(0, 12)),
    st.tuples(st.just("restart"), st.none()),
)


@given(
    names=st.lists(st.integers(0, 60), max_size=60),
    jumps=st.lists(st.sampled_from([0, 1, 500, 70_000, 150_000]), min_size=60, max_size=60),
    ids_max=st.integers(1, 40),
)
def test_ids_that_are_remembered_together_are_remembered_one_by_one(names, jumps, ids_max):
    together, single = (Deduplication(WINDOW_MS, ids_max) for _ in range(2))
    times, events = np.cumsum(jumps), [event(name, name % 3) for name in names]
    place = 0
    while place < len(events):
        part = events[place : place + 9]
        keys = np.array([int.from_bytes(key_of(one)[:8]) for one in part], np.uint64)
        contents = np.array([int.from_bytes(content_of(one)[:4]) for one in part], np.uint32)
        owners = np.full(len(part), owner_of("vv"), np.uint32)
        count = together.remember_all(keys, contents, owners, times[place : place + len(part)])
        for one, time_ms in zip(part[:count], times[place:].tolist(), strict=False):
            assert single.status(one, time_ms) is Status.CREATED
            single.remember(one, "vv", time_ms)
        if count < len(part):  # the next one is known, or was until lately
            time_ms = int(times[place + count])
            known = [each.status(part[count], time_ms) for each in (together, single)]
            assert known[0] is known[1]
            if known[0] is Status.CREATED:
                for each in (together, single):
                    each.remember(part[count], "vv", time_ms)
        place += count + 1 if count < len(part) else count
        for one, other in zip(columns_of(together), columns_of(single), strict=True):
            np.testing.assert_array_equal(one, other)


def columns_of(seen):
    return list(seen._rows.columns()().values())


class Twin:
    """The same rules over one dictionary: id -> [content, owner, time]."""

    def __init__(self, ids_max):
        self.ids_max, self.rows = ids_max, {}

    def status(self, name, content, now_ms):
        row = self.rows.get(name)
        if row is None or row[2] <= now_ms - WINDOW_MS:
            return Status.CREATED
        return Status.EXISTS if row[0] == content else Status.CONFLICT

    def remember(self, name, content, owner, now_ms):
        while self.rows and next(iter(self.rows.values()))[2] <= now_ms - WINDOW_MS:
            del self.rows[next(iter(self.rows))]
        self.shrink(1)
        self.rows[name] = [content, owner, now_ms]

    def shrink(self, places=0):
        while self.rows and len(self.rows) + places > max(1, self.ids_max):
            del self.rows[next(iter(self.rows))]

    def forget(self, owner):
        for row in self.rows.values():
            row[1] = None if row[1] == owner else row[1]

    def set_back(self, now_ms):
        for row in self.rows.values():
            row[2] = min(row[2], now_ms)


def event(name, content):
    return Event(f"e{name}", "click", "v", fingerprint=bytes([content]) * 16)


def remembered(seen, twin, act, now_ms):
    name, content, owner = act
    status = seen.status(event(name, content), now_ms)
    assert status is twin.status(name, content, now_ms)
    if status is Status.CREATED:
        seen.remember(event(name, content), f"v{owner}", now_ms)
        twin.remember(name, content, owner, now_ms)
    elif status is Status.EXISTS:
        assert seen.is_erased(event(name, content)) is (twin.rows[name][1] is None)


def reloaded(seen):
    again = Deduplication(seen.window_ms, seen.ids_max)
    again.load(seen.state().tree())
    return again


@settings(deadline=None, max_examples=150)
@given(st.lists(STEPS, max_size=60))
def test_it_answers_as_a_dictionary_does(steps):
    seen, twin, now_ms = Deduplication(WINDOW_MS, 8), Twin(8), 1_000_000
    for kind, act in steps:
        match kind:
            case "event":
                remembered(seen, twin, act, now_ms)
            case "wait":
                now_ms += act
            case "forget":
                seen.forget(f"v{act}")
                twin.forget(act)
            case "back":
                now_ms -= act
                seen.set_back(now_ms)
                twin.set_back(now_ms)
            case "adopt":
                seen.adopt(WINDOW_MS, act)
                seen.shrink()
                twin.ids_max = act
                twin.shrink()
            case "restart":
                seen = reloaded(seen)
        assert len(seen) == len(twin.rows)
        assert seen.state().tree()["times_ms"].tolist() == [row[2] for row in twin.rows.values()]


def test_a_state_that_is_being_written_does_not_change():
    """Neither by new ids, nor by an erasure, nor by ids that leave."""
    seen = Deduplication(10**9, 50)
    for n in range(50):
        seen.remember(event(n, n), f"v{n % 2}", n)
    state = seen.state()
    before = {name: column.tolist() for name, column in state.tree().items()}
    seen.forget("v1")
    for n in range(50, 90):
        seen.remember(event(n, n), "v0", n)
    assert {name: column.tolist() for name, column in state.tree().items()} == before


def test_places_beyond_32_bits_are_found():
    """A process may learn more ids than a bucket's number can count; old buckets mislead nobody."""
    seen = Deduplication(10**9, 100)
    for n in range(200):
        seen.remember(event(n % 256, 1), "v", n)
    rows = seen._rows
    shift = (1 << 32) - 150
    for name in ("first", "next", "_base"):
        setattr(rows, name, getattr(rows, name) + shift)
    rows._begins[0] += shift
    buckets = seen._buckets
    for bucket, place in enumerate(buckets._newest):
        buckets._newest[bucket] = (place + shift) & 0xFFFFFFFF
    for n in range(200, 256):
        seen.remember(event(n, 1), "v", n)
    found = [seen.status(event(n, 1), 300) for n in range(256)]
    assert found == [Status.CREATED] * 156 + [Status.EXISTS] * 100


def test_an_id_takes_24_bytes():
    """All that grows with the ids: rows in whole blocks, buckets, and the times' upper parts."""
    count = 8 * id_rows.BLOCK_ROWS
    seen = Deduplication(10**9, count)
    for n in range(count):
        seen.remember(Event(str(n), "click", "v", fingerprint=b"0" * 16), "v", 500 * n)
    rows, newest = seen._rows, seen._buckets._newest
    held = [*rows._blocks, rows._epochs, rows._begins, newest]
    assert sum(part.itemsize * len(part) for part in held) / count < 24
