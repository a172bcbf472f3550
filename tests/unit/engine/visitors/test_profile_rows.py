"""Rows found by hashes are those that a dictionary of keys would give; so are histories."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.visitors import profile_rows
from headwater_server.engine.visitors.histories import Histories
from headwater_server.engine.visitors.profile_rows import ProfileRows
from headwater_server.engine.visitors.visitors import Visitors
from headwater_server.models.base import CAPACITY_START, HISTORY_MAX


def restarted(rows):
    again = ProfileRows()
    again.load(rows.state())
    return again


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["enter", "leave", "restart"]))))
def test_rows_are_those_of_a_dictionary(steps):
    rows, twin, spare, used = ProfileRows(), {}, [], 0
    for name, act in steps:
        key = f"v{name}"
        if act == "enter" and key not in twin:
            twin[key] = spare.pop() if spare else used
            used = max(used, twin[key] + 1)
            assert rows.enter(key) == twin[key]
        elif act == "leave" and key in twin:
            spare.append(twin.pop(key))
            rows.leave(spare[-1])
        elif act == "restart":
            rows = restarted(rows)
        assert [rows.find(f"v{n}") for n in range(41)] == [twin.get(f"v{n}", -1) for n in range(41)]
        assert len(rows) == len(twin)


def test_all_are_found_after_growth_in_steps(monkeypatch):
    """Rows are put into new buckets some at a time, and found all the while."""
    monkeypatch.setattr(profile_rows, "STEP_ROWS", 100)
    rows = ProfileRows()
    for n in range(CAPACITY_START):
        assert rows.enter(f"v{n}") == n
    for n in range(0, CAPACITY_START, 3):
        rows.leave(n)
    expected = [-1 if n % 3 == 0 else n for n in range(CAPACITY_START)]
    steps = 0
    for _ in rows.reserving(2 * CAPACITY_START + 1):
        assert [rows.find(f"v{n}") for n in range(CAPACITY_START)] == expected
        steps += 1
    assert steps > 10
    assert rows.capacity == 4 * CAPACITY_START
    for each in (rows, restarted(rows)):
        assert [each.find(f"v{n}") for n in range(CAPACITY_START)] == expected
        assert each.enter("vnew") == CAPACITY_START - 1  # the row that was left last


def test_a_history_keeps_the_latest_items_as_a_list_does():
    """Blocks of 2, 4, …, 200 slots are moved and used again; each row stays what was added."""
    histories, twin, rng = Histories(), {}, np.random.default_rng(5)
    for seconds in range(6_000):
        row, item = int(rng.integers(12) ** 2 % 11), int(rng.integers(400))
        if rng.random() < 0.002:
            histories.clear(row)
            twin.pop(row, None)
        histories.add(row, item, float(seconds))
        kept = [one for one in twin.get(row, []) if one != item]
        twin[row] = [*kept, item][-HISTORY_MAX:]
    for row, items in twin.items():
        found, times, _ = histories.merged(row, -1)
        assert found.tolist() == items[::-1]
        assert all(later > earlier for later, earlier in pairwise(times))
    assert max(map(len, twin.values())) == HISTORY_MAX


def test_a_visitor_with_five_items_takes_200_bytes():
    """All that grows with the visitors, as far as it is used."""
    visitors = Visitors(10_000, 1800.0)
    count = 4 * CAPACITY_START
    for n in range(count):
        row = visitors.open(f"visitor-{n}", "", float(n))
        for item in range(5):
            visitors.enter(row, float(n), "")
            visitors.histories.add(row, item, float(n + item))
    histories, recency = visitors.histories, visitors._recency
    slots = int(histories.used[0]) * sum(
        array.itemsize for array in (histories.items, histories.times, histories.counts)
    )
    per_row = [
        visitors._rows._hashes, *visitors._rows._links, histories.start, histories.size,
        histories.room, recency._last[:count], recency._classes[:count],
        *(getattr(visitors, name) for name in visitors._row_arrays),
    ]  # fmt: skip
    assert {len(array) for array in per_row} == {count}
    assert (slots + sum(array.nbytes for array in per_row)) / count < 200
