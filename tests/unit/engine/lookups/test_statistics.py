"""What was counted of items, listed by what an operator looks for; reading changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.lookups import statistics
from headwater_server.engine.lookups.heads import first_of, head_of
from headwater_server.engine.lookups.statistics import Found, ItemOrder, ItemQuestion
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from tests.unit.engine.small_shop import IDS, shop

HOUR_MS = 3_600_000


def page(engine, now_ms=100, text="", **question):
    if text:
        question["among"] = Found.joined([*engine.lookups.items_holding(text)])
    asked = ItemQuestion(**question)
    heads, slots = [*engine.lookups.item_heads(asked)], [*engine.lookups.open_slots()]
    return engine.lookups.item_statistics(asked, heads, slots, (), now_ms)


def ids(engine, **question):
    return [one.item_id for one in page(engine, **question).items]


@pytest.fixture
def busy():
    """The small shop, and two days later another taste, a new item and a deleted one."""
    engine = shop()
    writes = (ItemWrite(Item("new", title="Paper Lamp", available=False)), ItemDelete("e"))
    engine.apply(Entry(48 * HOUR_MS, writes))
    for n in range(6):
        event = Event(f"late{n}", "click", f"w{n}", items=(EventItem("cd"[n % 2]),))
        engine.apply(Entry(48 * HOUR_MS + n, (event,)))
    return engine


def test_all_items_are_listed_by_interactions_with_their_data(busy):
    found = page(busy, now_ms=48 * HOUR_MS)
    counted = {one.item_id: one.interactions for one in found.items}
    assert found.total == len(found.items) == 6
    assert list(counted.values()) == sorted(counted.values(), reverse=True)
    assert counted["new"] == 0
    by_id = {one.item_id: one for one in found.items}
    assert (by_id["new"].shown, by_id["a"].shown) == (False, True)
    assert (by_id["e"].item, by_id["a"].item.title) == (None, "red lamp")
    assert by_id["d"].interactions_since == 0
    assert by_id["c"].interactions_since == 1


def test_graded_acts_are_whole_interactions_to_the_nearest_at_least_one():
    engine = shop()
    for n in range(4):
        event = Event(f"g{n}", "click", f"g{n}", items=(EventItem("new"),), reward=0.1)
        engine.apply(Entry(HOUR_MS + n, (event,)))
    found = {one.item_id: one for one in page(engine, now_ms=HOUR_MS + 10).items}
    assert found["new"].interactions == 1
    assert found["new"].interactions_since >= 0
    assert found["a"].interactions == 3  # four, of which one visitor's later ones weigh less


def test_recent_and_rising_items_come_first(busy):
    for order in (ItemOrder.RECENT, ItemOrder.TRENDING):
        assert set(ids(busy, order=order)[:2]) == {"c", "d"}
    risen = page(busy, item_ids=("c", "a")).items
    assert risen[0].rises[0] > risen[1].rises[0]
    assert risen[0].recent[0] == pytest.approx(3.0, abs=0.01)


def test_new_items_are_those_without_interactions_then_the_latest_firsts(busy):
    assert ids(busy, order=ItemOrder.NEW)[:2] == ["new", "e"]


def test_items_are_found_by_id_by_text_and_by_filter(busy):
    assert ids(busy, item_ids=("d", "nobody", "a", "d")) == ["d", "a"]
    assert sorted(ids(busy, text="LAMP")) == ["a", "b", "new"]
    assert ids(busy, text="New") == ["new"]
    assert sorted(ids(busy, filter='categories: ANY("light")')) == ["a", "b"]
    assert ids(busy, text="green", filter='categories: ANY("light")') == ["b"]
    assert page(busy, text="nowhere") == ((), 0)


def test_pages_hold_each_item_once(busy):
    found = [ids(busy, start=start, page_size=2) for start in (0, 2, 4, 6)]
    assert [name for few in found for name in few] == ids(busy)
    assert found[-1] == []


def test_open_impressions_are_counted_with_what_came_of_them():
    engine = shop()
    seen = Event("seen", "impression", "ann", items=tuple(map(EventItem, "abc")))
    bought = Event("bought", "purchase", "ann", items=(EventItem("b"),))
    engine.apply(Entry(100, (seen, bought)))
    by_id = {one.item_id: one for one in page(engine).items}
    assert [by_id[name].impressions for name in IDS] == [1, 1, 1, 0, 0]
    assert [by_id[name].acts for name in IDS] == [0, 1, 0, 0, 0]
    assert by_id["b"].reward == pytest.approx(1.0)
    engine.apply(Entry(2 * HOUR_MS, (Event("later", "click", "bob", items=(EventItem("a"),)),)))
    assert {one.impressions for one in page(engine).items} == {0}


def test_an_empty_shop_has_an_empty_page():
    engine = type(shop())()
    for order in ItemOrder:
        assert page(engine, order=order) == ((), 0)


def test_asking_changes_nothing(busy):
    before = busy.digest()
    for order in ItemOrder:
        page(busy, order=order, text="a")
    assert busy.digest() == before


def test_an_item_whose_number_went_to_another_since_the_search_is_not_listed(busy):
    found = Found.joined([*busy.lookups.items_holding("lamp")])
    others = [one for one in found.ids if one != found.ids[0]]
    stale = Found(found.numbers, ("gone", *found.ids[1:]))
    assert sorted(ids(busy, among=stale)) == sorted(others)
    assert ids(busy, among=found, item_ids=("nothing", *found.ids)) == list(found.ids)
    assert ids(busy, among=Found.joined([])) == []


@given(
    keys=st.lists(st.integers(0, 4), min_size=1, max_size=40),
    step=st.integers(1, 15),
    count=st.integers(0, 45),
)
def test_the_first_of_all_parts_are_those_of_the_whole(keys, step, count):
    numbers, values = np.arange(len(keys), dtype=np.int32), np.array(keys, dtype=np.float64)
    starts = range(0, len(keys), step)
    heads = [head_of(numbers[s : s + step], values[s : s + step], max(1, count)) for s in starts]
    assert first_of(heads, count).tolist() == np.argsort(-values, kind="stable")[:count].tolist()
    assert sum(head.total for head in heads) == len(keys)


def test_a_catalogue_of_several_parts_is_listed_as_one(busy, monkeypatch):
    wanted = [page(busy, order=order, page_size=4) for order in ItemOrder]
    monkeypatch.setattr(statistics, "HEAD_STEP", 2)
    assert [page(busy, order=order, page_size=4) for order in ItemOrder] == wanted
