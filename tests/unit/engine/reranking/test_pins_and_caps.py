"""Caps are never broken, pins get their slots, and answers name the rules that moved an item."""

from collections import Counter

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens.attribution_token import open_token, sign
from headwater_server.engine.tokens.token_key import TokenKey
from tests.unit.engine.small_shop import BOOST, CAP, PIN, ask, shop


def test_a_cap_reaches_for_more_of_the_shop():
    """300 popular items of one brand fill the candidates; the rest comes from others."""
    cap = {"name": "two a brand", "kind": "cap", "field": "brand", "most": 2}
    engine = Engine(EngineSettings(rules=[cap]))
    brands = ["big"] * 300 + [f"small {n // 3}" for n in range(24)] + [""] * 20
    features = [(("brand", brand),) if brand else () for brand in brands]
    writes = [ItemWrite(Item(f"i{n}", features=held)) for n, held in enumerate(features)]
    engine.apply(Entry(0, tuple(writes)))
    for n in range(900):
        event = Event(f"e{n}", "click", f"v{n % 50}", items=(EventItem(f"i{n * 7 % 300}"),))
        engine.apply(Entry(n, (event,)))
    for size, length in ((20, 20), (38, 38), (60, 38)):  # 2 + 8 * 2 + the 20 without a brand
        request = RecommendRequest("v1", "r", page_size=size)
        answer = engine.recommend(request, 1000)
        names = Counter(features[int(r.item_id[1:])] for r in answer.results)
        assert len(answer.results) == length
        assert all(count <= 2 for held, count in names.items() if held)
        assert answer.limits == (("two a brand",) if size == 60 else ())
        assert engine.recommend(request, 1000) == answer


def test_a_pin_holds_its_slot_as_long_as_its_item_may_be_shown():
    """Also one that no source proposes; never one that is away, excluded, bought or disliked."""
    rules = [
        {"name": "star", "kind": "pin", "slot": 3, "item_ids": ["star", "understudy"]},
        {"name": "best tea", "kind": "pin", "slot": 1, "filter": 'categories: ANY("tea")'},
        {"name": "bought", "kind": "hide", "event_types": ["purchase"], "days": 1},
    ]
    engine = Engine(EngineSettings(rules=rules))
    items = [Item(f"i{n}", categories=("tea",) if n % 9 == 1 else ()) for n in range(400)]
    writes = [ItemWrite(item) for item in (Item("star", price=9.0), Item("understudy"), *items)]
    engine.apply(Entry(0, tuple(writes)))
    for n in range(500):
        event = Event(f"e{n}", "view", f"v{n % 40}", items=(EventItem(f"i{n * 3 % 200}"),))
        engine.apply(Entry(n, (event,)))

    def third(name="v1", now_ms=600, **more):
        request = RecommendRequest(name, "r", explain=True, **more)
        results = engine.recommend(request, now_ms).results
        assert results[0].propensity == 1.0
        assert int(results[0].item_id[1:]) % 9 == 1
        assert results[0].rules == ("best tea",)
        return results[2].item_id, results[2].propensity, results[2].rules

    star, understudy = ("star", 1.0, ("star",)), ("understudy", 1.0, ("star",))
    assert third() == star
    assert third(page_size=3, explore=False) == star
    assert third(exclude_item_ids=("star",)) == understudy
    assert third(context_item_ids=("star",)) == understudy
    assert third(filter="NOT price > 5") == understudy
    acts = (("buyer", "purchase"), ("critic", "dislike"), ("looker", "view"))
    for visitor, kind in acts:
        engine.apply(Entry(600, (Event(visitor, kind, visitor, items=(EventItem("star"),)),)))
    assert [third(visitor) for visitor, _ in acts] == [understudy, understudy, star]
    expiring = ItemWrite(Item("star", expire_time_ms=10_000), ("expire_time_ms",))
    engine.apply(Entry(700, (expiring,)))
    assert third(now_ms=9_999) == star
    assert third(now_ms=10_000) == understudy
    engine.apply(Entry(800, (ItemWrite(Item("understudy", available=False), ("available",)),)))
    assert third(now_ms=10_000)[2] == ()


def test_a_pin_behind_the_end_of_the_list_moves_up_and_a_cap_unpins_the_later():
    """A list has no holes; of two pins that a cap forbids together the first stays."""
    last = {"name": "last", "kind": "pin", "slot": 5, "item_ids": ["d"]}
    given = RecommendRequest("ann", "r", page_size=5, candidate_item_ids=("d", "c"))
    results = shop(last).recommend(given, 100).results
    assert [(r.item_id, r.propensity) for r in results] == [("c", 1.0), ("d", 1.0)]
    first = {"name": "first", "kind": "pin", "slot": 2, "item_ids": ["a"]}
    for n in range(20):
        answer = ask(shop(first, last, CAP), f"r{n}", size=5)
        ids = [result.item_id for result in answer.results]
        assert ids[1] == "a"
        assert not {"b", "d"} & set(ids)
        assert answer.limits == ("one a brand",)


def test_each_slot_names_what_moved_it():
    """With explain: the boost, the pin, and the cap that barred better ones."""

    def moved(*rules, **more):
        results = ask(shop(*rules), size=3, explore=False, explain=True, **more).results
        return {result.item_id: result.rules for result in results}

    assert moved(BOOST | {"times": 1000})["b"] == ("gifts",)
    assert moved(PIN)["c"] == ("chair first",)
    assert all(not names for names in moved().values())
    capped = moved(CAP)
    assert ("one a brand",) in capped.values()
    quiet = ask(shop(PIN), size=3).results
    assert all(result.rules == () for result in quiet)


def test_a_token_carries_what_rules_made_of_the_slate():
    """Propensities under rules come back from the token as they were returned, to 0.02 %."""
    answer = ask(shop(PIN, CAP, BOOST), diversity="high")
    ids, propensities = zip(*((r.item_id, r.propensity) for r in answer.results), strict=True)
    original = Slate("r", answer.policy, "home", ids, propensities)
    key = TokenKey(0, b"k")
    token = sign(original, key, visitor_id="ann", expire_s=60)
    slate = open_token(token, {0: key}.get).slate
    assert slate.item_ids == ids
    assert slate.propensities == pytest.approx(propensities, rel=2e-4)
    assert slate.propensities[1] == 1.0
