"""Variants of a product: a list has one of each, and what hides one hides all."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    SettingsChange,
)
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.retrieval.variants import best_of_groups
from headwater_server.engine.settings import EngineSettings

SHIRTS, SIZES = 9, "SML"
HIDE = {"purchase-complete": 30.0}
NOW_MS = 100_000
CLICKED = [f"shirt-{(n * n + n // 5) % SHIRTS}-{SIZES[n * 7 // 2 % 3]}" for n in range(240)]


def product(item_id):
    """Return the product of an item: shirt-4 of shirt-4-M."""
    return item_id.rsplit("-", 1)[0] if item_id.startswith("shirt") else item_id


def shop(*, by="group_id", **settings):
    """Return a shop of shirts in three sizes each, and a hat that is no variant."""
    engine = Engine(EngineSettings(group_by=by, **settings))
    writes = [ItemWrite(Item("hat", price=9.0))]
    for n in range(SHIRTS):
        for size in SIZES:
            group, parent = (
                (f"shirt-{n}", ()) if by == "group_id" else ("", (("parent", f"shirt-{n}"),))
            )
            features = (*parent, ("size", size))
            item = Item(
                f"shirt-{n}-{size}", f"Shirt {n}", price=5.0, group_id=group, features=features
            )
            writes.append(ItemWrite(item))
    engine.apply(Entry(1_000, tuple(writes)))
    for n, item in enumerate(CLICKED):
        act(engine, f"v{n % 40}", item, "click", 2_000 + n)
    return engine


def act(engine, visitor, item_id, kind="purchase", time_ms=50_000):
    """Let a visitor act on an item."""
    event = Event(
        f"{visitor} {item_id} {kind} {time_ms}", kind, visitor, items=(EventItem(item_id),)
    )
    assert engine.apply(Entry(time_ms, (event,)))[0].status.value == "created"


def listed(engine, visitor="ann", **more):
    """Return the ids of a list, which are the same asked alone, together and with reasons."""
    request = RecommendRequest(visitor, "r1", **{"page_size": 20, **more})
    alone = engine.recommend(request, NOW_MS)
    assert engine.recommend_all((request, request), NOW_MS) == [alone, alone]
    explained = engine.recommend(replace(request, explain=True), NOW_MS)
    found = [result.item_id for result in alone.results]
    assert [result.item_id for result in explained.results] == found
    return found


WAYS = {
    "drawn": {},
    "short": {"page_size": 3},
    "best": {"explore": False},
    "filter": {"filter": 'size: ANY("S", "M")'},
    "varied": {"diversity": "high"},
    "revenue": {"objective": "revenue"},
    "first slot": {"first_slot": True},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("by", ["group_id", "parent"])
def test_a_list_has_one_of_each_product_and_nothing_of_what_was_bought(way, by):
    """Case R14: after a purchase of shirt-4-M no shirt-4-… in any kind of list."""
    engine = shop(by=by, hide_days=HIDE)
    before = engine.digest()
    act(engine, "ann", "shirt-4-M")
    found = listed(engine, **way)
    products = [product(item_id) for item_id in found]
    assert len(products) == len(set(products))
    assert "shirt-4" not in products
    if "filter" not in way:
        assert len(found) == way.get("page_size", SHIRTS)
    others = listed(engine, "stranger", page_size=20)
    assert {product(item_id) for item_id in others} == {f"shirt-{n}" for n in range(SHIRTS)} | {
        "hat"
    }
    assert engine.digest() != before


@pytest.mark.parametrize("by", ["group_id", "parent"])
def test_a_deleted_variant_still_hides_its_product(by):
    """The purchase is no less true; written again without a group, the item is by itself."""
    engine = shop(by=by, hide_days=HIDE)
    act(engine, "ann", "shirt-4-M")
    engine.apply(Entry(60_000, (ItemDelete("shirt-4-M"),)))
    assert "shirt-4" not in map(product, listed(engine))
    again = Engine.restore(engine.capture())
    assert again.digest() == engine.digest()
    assert "shirt-4" not in map(product, listed(again))
    assert again.lookups.get_item("shirt-4-M") is None
    for one in (engine, again):
        one.apply(Entry(70_000, (ItemWrite(Item("shirt-4-M", title="Shirt"), ("title",)),)))
        assert "shirt-4" in map(product, listed(one))  # the other sizes, not the bought one
        assert "shirt-4-M" not in listed(one)
        assert one.parts.catalogue.get("shirt-4-M").group_id == ""
    assert again.digest() == engine.digest()


def test_what_is_left_of_a_deleted_variant_outlives_a_restart_under_another_setting():
    engine = shop(hide_days=HIDE)
    act(engine, "ann", "shirt-4-M")
    other = SettingsChange(EngineSettings(hide_days=HIDE, group_by="parent"))
    engine.apply(Entry(60_000, (ItemDelete("shirt-4-M"), other)))
    again = Engine.restore(engine.capture())
    back = SettingsChange(EngineSettings(hide_days=HIDE))
    for one in (engine, again):
        one.apply(Entry(70_000, (back,)))
        assert "shirt-4" not in map(product, listed(one))
    assert again.digest() == engine.digest()


def test_without_groups_each_item_is_by_itself():
    """Empty `group_by`: as before groups were there."""
    engine = shop(hide_days=HIDE)
    engine.apply(Entry(40_000, (SettingsChange(EngineSettings(hide_days=HIDE, group_by="")),)))
    act(engine, "ann", "shirt-4-M")
    found = listed(engine, page_size=100)
    assert len(found) == SHIRTS * 3
    assert "shirt-4-M" not in found
    engine.apply(Entry(60_000, (SettingsChange(EngineSettings(hide_days=HIDE, variants_max=2)),)))
    counts = np.unique([product(i) for i in listed(engine, page_size=100)], return_counts=True)
    assert dict(zip(*counts, strict=True)) == {
        "hat": 1, **{f"shirt-{n}": 2 for n in range(SHIRTS) if n != 4},
    }  # fmt: skip


def test_exclusions_the_page_and_refusals_speak_of_products():
    """Also what the visitor viewed last is not shown in another size."""
    engine = shop()
    for way in ({"exclude_item_ids": ("shirt-2-S",)}, {"context_item_ids": ("shirt-2-L",)}):
        assert "shirt-2" not in map(product, listed(engine, **way))
    act(engine, "bob", "shirt-5-S", "dislike", 50_000)
    act(engine, "bob", "shirt-6-S", "view", 50_001)
    assert not {"shirt-5", "shirt-6"} & set(map(product, listed(engine, "bob")))


def test_the_best_available_variant_stands_for_its_product():
    """What is away, expired or filtered out takes no place from the others."""
    engine = shop()
    best = next(i for i in listed(engine, explore=False) if product(i) == "shirt-3")
    gone = ItemWrite(Item(best, available=False), ("available",))
    engine.apply(Entry(60_000, (gone,)))
    second = next(i for i in listed(engine, explore=False) if product(i) == "shirt-3")
    assert second != best
    engine.apply(Entry(70_000, (ItemDelete(second),)))
    third = next(i for i in listed(engine, explore=False) if product(i) == "shirt-3")
    assert len({best, second, third}) == 3
    assert listed(engine, filter='item_id: ANY("shirt-7-M", "hat")') in (
        ["shirt-7-M", "hat"], ["hat", "shirt-7-M"],
    )  # fmt: skip


def test_a_list_of_the_caller_keeps_its_variants_but_not_hidden_ones():
    """The caller chose them; only what is hidden or excluded goes, by product."""
    engine = shop(hide_days=HIDE)
    act(engine, "ann", "shirt-4-M")
    given = ("shirt-4-S", "shirt-1-S", "shirt-1-M", "shirt-2-M", "hat", "unknown")
    found = listed(engine, candidate_item_ids=given, exclude_item_ids=("shirt-2-S",))
    assert set(found) == {"shirt-1-S", "shirt-1-M", "hat", "unknown"}


@pytest.mark.parametrize("size", [2, 5, 20])
def test_a_pin_takes_the_place_of_its_product(size):
    """A pinned variant is the only one; a second pin of the product goes to its next item."""
    rules = [
        {"name": "first", "kind": "pin", "slot": 2, "item_ids": ["shirt-3-L"]},
        {"name": "again", "kind": "pin", "slot": 1, "item_ids": ["shirt-3-S", "shirt-8-S"]},
        {"name": "small", "kind": "pin", "slot": 4, "filter": 'size: ANY("M")'},
    ]
    engine = shop(rules=rules)
    found = listed(engine, page_size=size)
    assert found[:2] == ["shirt-8-S", "shirt-3-L"]
    assert size < 4 or found[3].endswith("-M")
    products = [*map(product, found)]
    assert len(products) == len(set(products)) == min(size, SHIRTS + 1)
    assert "shirt-3-L" not in listed(engine, exclude_item_ids=("shirt-3-M",))


def test_a_boost_decides_which_variant_is_shown():
    """Whichever size it is for, it represents each product of which it is a candidate."""
    for size in SIZES:
        boost = {"name": "b", "kind": "boost", "filter": f'size: ANY("{size}")', "by": 50.0}
        found = listed(shop(rules=[boost]), explore=False)
        clicked = {item_id for item_id in CLICKED if item_id.endswith(size)}
        assert len(clicked) > 4
        assert clicked <= set(found)


def test_a_cap_may_count_groups():
    """With more variants allowed, a rule can still bound them at one placement."""
    cap = {"name": "one", "kind": "cap", "field": "group_id", "most": 1, "placements": ["home"]}
    engine = shop(rules=[cap], variants_max=0)
    home = [*map(product, listed(engine, placement="home"))]
    assert len(home) == len(set(home)) == SHIRTS + 1
    assert len(listed(engine, placement="other", page_size=100)) == SHIRTS * 3 + 1


def test_similar_and_trending_items_are_of_different_products():
    """Never the item's own variants, unless they are asked for."""
    engine = shop()
    similar = engine.lookups.list_similar_items(("shirt-4-M",), 20, "", NOW_MS)
    found = [product(one.item_id) for one in similar]
    assert len(found) == len(set(found)) > 3
    assert "shirt-4" not in found
    all_of_them = engine.lookups.list_similar_items(("shirt-4-M",), 30, "", NOW_MS, variants=True)
    ids = {one.item_id for one in all_of_them}
    assert {"shirt-4-S", "shirt-4-L"} <= ids
    assert "shirt-4-M" not in ids
    trending = engine.lookups.list_trending_items("", "day", 20, "", NOW_MS)
    assert len({product(one.item_id) for one in trending}) == len(trending) > 3


def test_chances_of_a_drawn_list_are_its_propensities():
    """Evaluation of policies sees the same candidates as the answer."""
    engine = shop(hide_days=HIDE, exploration_epsilon=0.3)
    act(engine, "ann", "shirt-4-M")
    rules = [{"name": "two", "kind": "pin", "slot": 2, "item_ids": ["shirt-3-L"]}]
    for policy in (None, Policy("varied", {"diversity": "low"}), Policy("ruled", {"rules": rules})):
        asking = engine.asking(policy)
        request = RecommendRequest("ann", "r7", page_size=6)
        answer = asking.recommend(request, NOW_MS)
        ids = [result.item_id for result in answer.results]
        slots = asking.chances(request, ids, NOW_MS, predict=True).slots
        assert slots.tolist() == pytest.approx([r.propensity for r in answer.results])


def test_a_restored_engine_answers_alike():
    """Groups are derived from the items, whatever the order in which these came."""
    engine = shop(hide_days=HIDE)
    act(engine, "ann", "shirt-4-M")
    moved = ItemWrite(Item("shirt-1-S", group_id="shirt-2"), ("group_id",))
    engine.apply(Entry(60_000, (moved, ItemDelete("shirt-0-M"))))
    other = Engine.restore(engine.capture())
    assert other.digest() == engine.digest()
    for way in WAYS.values():
        assert listed(other, **way) == listed(engine, **way)
    products = {"shirt-2-S", "shirt-2-M", "shirt-2-L", "shirt-1-S"}
    assert len(products & set(listed(engine))) == 1


@given(
    st.lists(st.tuples(st.integers(-1, 3), st.sampled_from([0.0, 1.0, 2.0])), max_size=12),
    st.integers(1, 3),
)
def test_the_best_of_each_group_stay_in_their_order(rows, most):
    """As a plain sort says; rows without a group all stay."""
    groups = np.array([group for group, _ in rows], dtype=np.int32)
    values = np.array([value for _, value in rows], dtype=np.float64)
    expected = [row for row, group in enumerate(groups) if group < 0]
    for group in {*groups.tolist()} - {-1}:
        members = [row for row in range(len(rows)) if groups[row] == group]
        expected += sorted(members, key=lambda row: (-values[row], row))[:most]
    assert best_of_groups(groups, values, most).tolist() == sorted(expected)
