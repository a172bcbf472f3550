"""The neighbour table is a dictionary of dictionaries, only faster."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.models.covisitation.neighbours import Neighbours, claim_slot, find_slot

PAIRS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 300)), max_size=600)


def _filled(pairs, row_max=512):
    table = Neighbours(columns=1)
    for row, neighbour in pairs:
        for _ in table.making_room(2 * row_max):
            pass
        slot = claim_slot(table.table, row, neighbour, 1.0, row_max, 1.0)
        table.values[slot, 0] += 1
    return table


def _read(table, row):
    slots = range(table.start[row], table.start[row] + table.size[row])
    return {int(table.ids[s]): float(table.values[s, 0]) for s in slots}


@given(pairs=PAIRS)
@settings(max_examples=50, deadline=None)
def test_counts_as_a_dictionary_would(pairs):
    """While rows have room, every pair is counted, and none that was never put in is found."""
    table, expected = _filled(pairs), {}
    for row, neighbour in pairs:
        counts = expected.setdefault(row, {})
        counts[neighbour] = counts.get(neighbour, 0) + 1
    for row in range(41):
        assert _read(table, row) == expected.get(row, {})
        assert find_slot(table.table, row, 999) == -1


@given(pairs=PAIRS, gone=st.sets(st.integers(0, 300), max_size=60))
@settings(max_examples=50, deadline=None)
def test_forgotten_items_are_in_no_row(pairs, gone):
    """Forgetting takes items out as rows and as neighbours, and leaves the others' counts."""
    table = _filled(pairs)
    table.reserve(1024)
    before = {row: _read(table, row) for row in range(41)}
    table.forget(np.array(sorted(gone), dtype=np.int32))
    for row in range(41):
        kept = {} if row in gone else {n: c for n, c in before[row].items() if n not in gone}
        assert _read(table, row) == kept


def test_a_full_row_keeps_its_heaviest():
    """A newcomer takes the place of the lightest neighbour, never that of the heaviest."""
    table = _filled([(0, n) for n in range(8)] + [(0, 3)] * 50, row_max=8)
    for n in range(100, 140):
        slot = claim_slot(table.table, 0, n, 1.0, 8, 0.0)
        table.values[slot, 0] += 1
    row = _read(table, 0)
    assert row[3] == 51.0
    assert len(row) == 8


def test_a_newcomer_may_find_no_place():
    """With the draw against it, the newcomer is turned away and nothing changes."""
    table = _filled([(0, n) for n in range(8)] * 9, row_max=8)
    before = _read(table, 0)
    assert claim_slot(table.table, 0, 99, 1.0, 8, 0.999) == -1
    assert _read(table, 0) == before


@given(columns=st.integers(1, 3), seed=st.integers(0, 99), is_even=st.booleans())
@settings(max_examples=30, deadline=None)
def test_a_newcomer_replaces_the_first_of_the_lightest(columns, seed, is_even):
    """Of a slot's values the sum counts, in float32; of equal sums that of the first slot."""
    rng, table = np.random.default_rng(seed), Neighbours(columns)
    size = int(rng.choice([8, 32, 64]))
    for neighbour in range(size):
        slot = claim_slot(table.table, 0, neighbour, 1.0, size, 1.0)
        drawn = rng.random(columns, dtype=np.float32)
        table.values[slot] = np.round(drawn, 1) if is_even else drawn
    first = int(table.start[0])
    totals = [sum(row[1:], row[0]) for row in table.values[first : first + size]]
    assert claim_slot(table.table, 0, 999, 1.0, size, 0.0) == first + int(np.argmin(totals))
    assert [find_slot(table.table, 0, n) - first for n in range(size)].count(-1 - first) == 1
