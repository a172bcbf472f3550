"""What is kept of the most popular items equals what a look at all items finds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.catalogue.change_log import CHANGES_MAX, ChangeLog
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.retrieval.leaders import Leaders, LeadersTogether
from headwater_server.engine.retrieval.top_list import TopList, largest
from headwater_server.models.popularity.popularity import Popularity

ROWS = 40


def in_order(items, values):
    """Return the items by value, the largest first, ties by number: a look at all."""
    return items[np.lexsort((items, -values[items]))].tolist()


steps = st.lists(
    st.tuples(st.integers(0, ROWS - 1), st.integers(0, 6), st.booleans()), min_size=1, max_size=60
)


@given(steps=steps, room=st.integers(1, 6))
def test_a_list_in_step_with_changes_is_the_head_of_all(steps, room):
    """Values rise and fall, items leave and come back; whatever is listed is the true order."""
    values, are_in = np.zeros(ROWS), np.ones(ROWS, dtype=np.bool_)
    top = TopList(room)
    top.make(np.arange(ROWS, dtype=np.int32), values)
    for number, value, is_in in steps:
        values[number], are_in[number] = value, is_in
        changed = np.array([number], dtype=np.int32)
        top.update(changed, are_in[changed], values)
        whole = in_order(np.flatnonzero(are_in).astype(np.int32), values)
        assert top.items.tolist() == whole[: len(top.items)]
        assert not top.is_whole or len(top.items) == len(whole)
        assert len(top.items) <= 2 * room or top.is_whole


@given(values=st.lists(st.integers(0, 5), min_size=1, max_size=30), count=st.integers(1, 30))
def test_the_largest_is_that_of_the_sorted_values(values, count):
    own = np.array(values, dtype=np.float64)
    wanted = sorted(values, reverse=True)[min(count, len(values)) - 1]
    assert largest(own, min(count, len(values))) == wanted


def _leading(values):
    return in_order(np.flatnonzero(values > 0).astype(np.int32), values)[:4]


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000))
def test_leaders_are_those_of_all_counts(seed):
    """Also after items were forgotten, the clock went back, and values were scaled down."""
    rng = np.random.default_rng(seed)
    popularity, counted = Popularity((3.0, 40.0)), ChangeLog()
    leaders = Leaders(popularity, 1, counted, room=4)
    together = LeadersTogether(popularity, (1, 0), counted, room=4)
    nothing, at = np.zeros(0, dtype=np.int32), 0.0
    for _ in range(400):
        kind = rng.random()
        item = int(rng.integers(60) ** 2 / 60)
        at += float(rng.choice((0.0, 1.0, 100.0), p=(0.4, 0.5, 0.1)))
        if kind < 0.9:
            popularity.learn(nothing, item, at=at)
            counted.note(item)
        elif kind < 0.95:
            popularity.forget(np.array([item]))
            counted.note(item)
        else:
            at -= 5.0
            popularity.set_back(at)
        if rng.random() < 0.3:
            wanted = [_leading(popularity.stored[:60, column]) for column in (1, 0)]
            assert leaders.first(4, 60).tolist() == wanted[0]
            assert [top.tolist() for top in together.first(4, 60)] == wanted


def test_what_changed_too_long_ago_is_not_known():
    log = ChangeLog()
    for number in range(CHANGES_MAX + 1):
        log.note(number)
    assert log.since(0) is None
    assert log.since(1).tolist() == list(range(1, CHANGES_MAX + 1))


def _popular(engine):
    """Return the most popular items by a look at all of them."""
    stored = engine.parts.models.by_event.stored[: len(engine.parts.catalogue.ids)]
    tops = [
        in_order(np.flatnonzero(stored[:, column] > 0).astype(np.int32), stored[:, column])[:30]
        for column in (1, 2, 3)
    ]
    return sorted({item for top in tops for item in top})


def test_popular_items_are_those_of_all_items_also_after_a_restart():
    engine, rng = Engine(), np.random.default_rng(2)
    for n in range(1, 701):
        item = EventItem(f"i{int(400 * rng.random() ** 2)}")
        engine.apply(Entry(n, (Event(f"e{n}", "click", f"v{n}", items=(item,)),)))
        if n % 50 == 0:
            assert engine.parts.retriever.popular.items.tolist() == _popular(engine)
        if n % 130 == 0:
            engine = Engine.restore(engine.capture())
