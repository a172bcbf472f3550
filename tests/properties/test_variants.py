"""Whatever a shop sells: a list has one of each product, and as many products as there are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

IDS = tuple(f"i{n}" for n in range(16))
VISITORS = ("ann", "bob")
HIDE = {"purchase-complete": 30.0}
NOW_MS = 10_000_000
RULES = (
    (),
    ({"name": "p", "kind": "pin", "slot": 2, "item_ids": ["i3", "i4", "i15"]},),
    ({"name": "b", "kind": "boost", "filter": 'item_id: ANY("i1", "i6")', "by": 5.0},),
)
WRITES = st.builds(
    lambda item_id, group, available: ItemWrite(Item(item_id, available=available, group_id=group)),
    st.sampled_from(IDS),
    st.sampled_from(("", "g1", "g2", "g3", "g4")),
    st.sampled_from((True, True, True, False)),
)
ACTS = st.tuples(
    st.sampled_from(("click", "click", "purchase", "dislike")),
    st.sampled_from(VISITORS),
    st.sampled_from(IDS),
)
OPERATIONS = st.lists(st.one_of(WRITES, ACTS, st.sampled_from(IDS).map(ItemDelete)), max_size=40)
WAYS = st.fixed_dictionaries(
    {
        "page_size": st.integers(1, 20),
        "explore": st.booleans(),
        "diversity": st.sampled_from(("", "high")),
        "exclude_item_ids": st.lists(st.sampled_from(IDS), max_size=2).map(tuple),
        "context_item_ids": st.lists(st.sampled_from(IDS), max_size=1).map(tuple),
        "filter": st.sampled_from(("", 'NOT item_id: ANY("i2", "i5")')),
        "first_slot": st.booleans(),
    }
)


def fold(operations, rules):
    """Return an engine that has learned them."""
    engine = Engine(EngineSettings(hide_days=HIDE, rules=list(rules)))
    for n, one in enumerate(operations):
        engine.apply(Entry(1_000 + n, (event(n, *one) if isinstance(one, tuple) else one,)))
    return engine


def event(n, kind, visitor, item_id):
    """Return an act on an item."""
    return Event(f"e{n}", kind, visitor, items=(EventItem(item_id),))


def groups_of(operations):
    """Return the product of each item that was described: a deleted one keeps it."""
    items = [one.item for one in operations if isinstance(one, ItemWrite)]
    return {item.item_id: item.group_id or item.item_id for item in items}


def products(engine, request, product):
    """Return the products of which something may be shown to who asks."""
    parts, catalogue = engine.parts, engine.parts.catalogue
    history = parts.history(request, "", NOW_MS)
    hidden = parts.hiding.hidden(("v" + request.visitor_id, "u"), NOW_MS).tolist()
    on_page = any(catalogue.number(item_id) is not None for item_id in request.context_item_ids)
    latest = [] if on_page else history.items[:1].tolist()  # what is on the page counts as later
    numbers = [*latest, *history.refused.tolist(), *hidden]
    barred = {catalogue.ids[number] for number in numbers}
    barred |= {*request.exclude_item_ids, *request.context_item_ids}
    left_out = {"i2", "i5"} if request.filter else set()
    gone = set(map(product, barred))
    shown = {
        product(item_id)
        for item_id in IDS
        if (number := catalogue.number(item_id)) is not None
        and catalogue.available[number]
        and item_id not in left_out
    }
    return shown - gone


@given(OPERATIONS, st.sampled_from(RULES), st.sampled_from((*VISITORS, "stranger")), WAYS)
@settings(max_examples=150, deadline=None)
def test_a_list_has_one_of_each_product_and_no_product_is_missing(operations, rules, visitor, way):
    """Asked alone, together, or after a restart: the same list."""
    engine = fold(operations, rules)
    request = RecommendRequest(visitor, "r1", **way)
    answer = engine.recommend(request, NOW_MS)
    groups = groups_of(operations)
    product = lambda item_id: groups.get(item_id, item_id)  # noqa: E731 - one word for both
    found = [product(result.item_id) for result in answer.results]
    expected = products(engine, request, product)
    assert len(found) == len(set(found)) == min(len(expected), request.page_size)
    assert set(found) <= expected
    assert engine.recommend_all((request, request), NOW_MS) == [answer, answer]
    assert Engine.restore(engine.capture()).recommend(request, NOW_MS) == answer
    chances = engine.asking().chances(request, answer.item_ids, NOW_MS, lists=1).slots.tolist()
    assert [round(chance, 9) for chance in chances] == [
        round(result.propensity, 9) for result in answer.results
    ]
