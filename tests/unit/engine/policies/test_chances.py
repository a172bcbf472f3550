"""Chances hold to plain numpy, to all lists counted out, and to what is really drawn."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.asking import Panel
from headwater_server.engine.policies.policy import BASELINES, Policy
from headwater_server.engine.settings import EngineSettings
from tests.unit.engine.random_shop import random_shop, requests
from tests.unit.engine.small_shop import (
    BOOST,
    BURY,
    CAP,
    EPSILON,
    GIFTS,
    IDS,
    PIN,
    SHOP,
    TEMPERATURE,
    shop,
)

REQUEST = RecommendRequest("stranger", "r", page_size=3, candidate_item_ids=IDS)
VARIED = {"name": "varied", "kind": "diversity", "level": "high"}
BRANDS = {item.item_id: dict(item.features)["brand"] for item in SHOP}
GIFT = {item.item_id for item in SHOP if "gift" in item.categories}


def _scores(engine, now_ms=100):
    """Return each item's score with boosts and buries."""
    everything = replace(REQUEST, page_size=5, explore=False)
    bare = engine.asking(Policy("bare", {"rules": _strong(engine)}))
    return {one.item_id: one.score for one in bare.recommend(everything, now_ms).results}


def _strong(engine):
    return [rule for rule in engine.settings.rules if rule["kind"] in {"boost", "bury"}]


def _allowed(before, left, rules):
    """Return the items that caps leave for the next slot, in plain Python."""
    names = {rule["name"] for rule in rules}
    found = []
    for item in left:
        brand_is_full = any(BRANDS[one] == BRANDS[item] for one in before)
        gifts_are_full = item in GIFT and any(one in GIFT for one in before)
        if not (
            ("one a brand" in names and brand_is_full) or ("a gift" in names and gifts_are_full)
        ):
            found.append(item)
    return found


def twin(scores, items, rules):
    """Return the chance of each slot's item given those before; ``items`` is a possible list."""
    pins = {rule["slot"]: "c" for rule in rules if rule["kind"] == "pin"}
    chances = []
    for slot, item in enumerate(items, start=1):
        before = [*items[: slot - 1], *(one for at, one in pins.items() if at > slot)]
        if slot in pins:
            chances.append(float(item == pins[slot]))
            continue
        allowed = _allowed(before, [one for one in scores if one not in before], rules)
        weights = np.exp([scores[one] / TEMPERATURE for one in allowed])
        soft = dict(zip(allowed, weights / weights.sum(), strict=True))
        chance = (1 - EPSILON) * soft.get(item, 0.0) + EPSILON / len(allowed)
        chances.append(chance if item in allowed else 0.0)
    return chances


RULES = [(), (BOOST, BURY), (PIN,), (CAP,), (BOOST, GIFTS, PIN)]
NAMES = [" and ".join(rule["name"] for rule in rules) or "no rule" for rules in RULES]


@pytest.mark.parametrize("rules", RULES, ids=NAMES)
def test_the_chances_of_all_lists_are_those_of_plain_numpy_and_sum_to_one(rules):
    engine = shop(*rules)
    scores, asking, total = _scores(engine), engine.asking(), 0.0
    for items in permutations(IDS, 3):
        expected = twin(scores, items, rules)
        found = asking.chances(REQUEST, items, 100, lists=1)
        until = next((n for n, one in enumerate(expected) if one == 0.0), 3)
        assert found.slots[: until + 1] == pytest.approx(expected[: until + 1], abs=1e-12)
        total += float(np.prod(found.slots))
    assert total == pytest.approx(1.0)


@pytest.mark.parametrize("rules", [*RULES, (VARIED,)], ids=[*NAMES, "varied"])
def test_the_chance_to_be_in_a_list_is_the_sum_over_all_lists_that_have_it(rules):
    engine = shop(*rules)
    asking = engine.asking()
    exact = dict.fromkeys(IDS, 0.0)
    for items in permutations(IDS, 3):
        chance = float(np.prod(asking.chances(REQUEST, items, 100, lists=1).slots))
        for item in items:
            exact[item] += chance
    found = [
        asking.chances(replace(REQUEST, recommendation_id=f"r{n}"), IDS, 100).in_list
        for n in range(60)
    ]
    error = np.std(found, axis=0) / 60**0.5
    assert np.mean(found, axis=0) == pytest.approx(list(exact.values()), abs=4 * error.max() + 1e-9)
    assert np.max(np.abs(np.array(found) - list(exact.values()))) < 0.25  # 64 lists, any of 60


def test_what_is_seldom_in_a_list_has_its_chance_also_if_no_list_drawn_has_it():
    engine, now_ms = random_shop(1, EngineSettings(exploration_epsilon=0.0))
    asking = engine.asking(Policy("sharp", {"exploration_temperature": 0.1}))
    request = RecommendRequest("v1", "r", page_size=3)
    ids = engine.recommend(replace(request, page_size=100), now_ms).item_ids
    few = [
        asking.chances(replace(request, recommendation_id=f"r{n}"), ids, now_ms).in_list
        for n in range(40)
    ]
    many = np.mean(few, axis=0)
    seldom = (many > 1e-9) & (many < 0.01)
    assert seldom.any()
    relative = np.std(few, axis=0)[seldom] / many[seldom]
    assert relative.max() < 1.0  # of a share of 64 lists it would be 1.2 and more


@pytest.mark.parametrize("rules", [[], [CAP, PIN]], ids=["no rule", "rules"])
@pytest.mark.parametrize("name", [*BASELINES, "champion"])
def test_a_list_that_was_drawn_has_its_propensities(name, rules):
    engine, now_ms = random_shop(2, EngineSettings(rules=rules))
    asking = engine.asking(Policy(name)) if name in BASELINES else engine.asking()
    for request in requests(2):
        some = tuple(f"i{n}" for n in range(0, 40, 3))
        for given in ((), some):
            if name == "baseline" and not given:
                continue
            one = replace(request, candidate_item_ids=given, page_size=9)
            answer = asking.recommend(one, now_ms)
            found = asking.chances(one, answer.item_ids, now_ms)
            assert found.slots.tolist() == answer.propensities.tolist()
            if name not in {"random", "champion"}:
                assert set(found.in_list) == {1.0}
                assert found.lists_drawn == 1


def test_an_item_that_cannot_be_shown_has_no_chance():
    asking = shop().asking()
    found = asking.chances(replace(REQUEST, exclude_item_ids=("b",)), ("b", "a", "gone"), 100)
    assert found.slots[[0, 2]].tolist() == found.in_list[[0, 2]].tolist() == [0.0, 0.0]
    assert 0 < found.slots[1] < 1


def test_the_first_slots_of_a_list_have_the_chances_of_the_whole_list():
    engine = shop(PIN, CAP)
    whole = engine.asking().chances(REQUEST, ("a", "c", "e"), 100)
    part = engine.asking().chances(REQUEST, ("a",), 100)
    assert part.slots[0] == whole.slots[0]
    assert part.in_list[0] == pytest.approx(whole.in_list[0])
    longer = engine.asking().chances(REQUEST, ("a", "c", "e", "b"), 100)
    assert longer.slots.tolist() == [*whole.slots.tolist(), 0.0]


def test_a_panel_answers_as_each_of_its_policies_alone():
    engine, now_ms = random_shop(5, EngineSettings(rules=[CAP]))
    policies = [
        Policy("popular"), Policy("bold", {"exploration_temperature": 2.0}), Policy("baseline"),
        Policy("varied", {"diversity": "high", "rules": [PIN]}), Policy("best"), Policy("random"),
    ]  # fmt: skip
    askings = [engine.asking(), *map(engine.asking, policies)]
    panel, digest = Panel(engine, askings), engine.digest()
    for request in requests(5):
        ids = engine.recommend(request, now_ms).item_ids
        for one in (request, replace(request, candidate_item_ids=tuple(ids[::-1]))):
            together = panel.ask(one, ids, now_ms)
            for asking, found in zip(askings, together, strict=True):
                assert (found is None) == (not asking.can_answer(one))
                if found is not None:
                    alone = asking.chances(one, ids, now_ms)
                    assert found.slots.tolist() == alone.slots.tolist()
                    assert found.in_list.tolist() == alone.in_list.tolist()
    assert engine.digest() == digest


@pytest.mark.parametrize("lists", [0, 201])
def test_the_number_of_lists_has_a_range(lists):
    with pytest.raises(ValueError, match=r"^lists = \d+: must lie between 1 and 200"):
        shop().asking().chances(REQUEST, IDS[:3], 100, lists=lists)


@pytest.mark.parametrize("rules", [(), (CAP,)], ids=["no rule", "a cap"])
def test_of_thompson_sampling_chances_are_how_often_an_item_is_there(rules):
    engine = shop(*rules, exploration_policy="thompson")
    for n in range(150):
        slate = Slate(f"s{n}", "best", "home", IDS, (1.0,) * len(IDS))
        seen = Event(f"seen {n}", "impression", f"w{n % 9}", slate=slate)
        act = Event(f"act {n}", "click", f"w{n % 9}", items=(EventItem(IDS[n % 3]),))
        engine.apply(Entry(3_600_000 * (n + 1), (seen, act)))
    asking, now_ms = engine.asking(), engine.parts.clock_ms
    first, inside, stated, stated_in = (np.zeros(5) for _ in range(4))
    questions = 200
    for n in range(questions):
        request = RecommendRequest(
            "new", f"r{n}", page_size=2, candidate_item_ids=IDS, placement="home"
        )
        ids = engine.recommend(request, now_ms).item_ids
        first[IDS.index(ids[0])] += 1 / questions
        inside += np.isin(IDS, ids) / questions
        stated_in += asking.chances(request, IDS, now_ms).in_list / questions
        if n < 5:
            ones = [asking.chances(request, [one], now_ms) for one in IDS]
            assert all(one.estimated for one in ones)
            stated += np.array([one.slots[0] for one in ones]) / 5
    assert stated.sum() == pytest.approx(1.0, abs=0.01)
    assert np.abs(first - stated).max() < 0.12
    assert np.abs(inside - stated_in).max() < 0.12
