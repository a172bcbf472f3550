"""Times by item and field are those of a plain table."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.catalogue.field_times import UNSET, FieldTimes

FIELDS, ITEMS = 4, 6
STEPS = st.one_of(
    st.tuples(
        st.just("put"),
        st.integers(0, ITEMS - 1),
        st.sets(st.integers(0, FIELDS - 1), min_size=1),
        st.integers(-5, 50),
    ),
    st.tuples(st.just("fill"), st.integers(0, ITEMS - 1), st.none(), st.integers(-5, 50)),
    st.tuples(st.just("back"), st.none(), st.none(), st.integers(0, 50)),
    st.tuples(st.just("restart"), st.none(), st.none(), st.none()),
)


@settings(deadline=None, max_examples=150)
@given(st.lists(STEPS, max_size=50))
def test_they_are_those_of_a_table(steps):
    times, table = FieldTimes(FIELDS), np.full((ITEMS, FIELDS), UNSET)
    for kind, item, fields, time_ms in steps:
        match kind:
            case "put":
                times.put(item, sorted(fields), time_ms)
                table[item, sorted(fields)] = time_ms
            case "fill":
                times.fill(item, time_ms)
                table[item] = time_ms
            case "back":
                times.set_back(time_ms)
                np.minimum(table, time_ms, out=table)
            case "restart":
                state, times = times.state(), FieldTimes(FIELDS)
                times.load(state)
        assert [times.of(n).tolist() for n in range(ITEMS)] == table.tolist()
        assert [times.newest(n) for n in range(ITEMS)] == table.max(axis=1).tolist()


def test_most_items_need_no_row_of_their_own():
    """A write of all fields ends what a write of one began, and its place is used again."""
    times = FieldTimes(FIELDS)
    for item in range(500):
        times.put(item, [2], 10)
        times.put(item, range(FIELDS), 20)
    assert times._used == 2
