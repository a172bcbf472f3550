"""Under rules and variety slots are drawn as often as their propensities say."""

import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from headwater_server.engine.catalogue.content_tokens import content_tokens
from headwater_server.engine.engine import Engine
from headwater_server.engine.exploration.plackett_luce import draw_slate, seed_of
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.reranking.levels import LEVELS
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
    ask,
    shop,
)


class Definition:
    """What design.md and levels.py say, in plain Python, over scores found without rules."""

    def __init__(self, engine, rules, level="none"):
        plain = ask(shop(), size=5, explore=False)
        self.scores = {result.item_id: result.score for result in plain.results}
        self.engine, self.level = engine, level
        kinds = {rule["kind"]: rule for rule in rules}
        self.pins = {1: "c"} if "pin" in kinds else {}
        self.caps = [rule for rule in rules if rule["kind"] == "cap"]
        for item in SHOP:
            if "boost" in kinds and "gift" in item.categories:
                self.scores[item.item_id] += TEMPERATURE * math.log(2)
            if "bury" in kinds and ("brand", "X") in item.features:
                self.scores[item.item_id] -= 0.3

    def slates(self, size, before=(), chances=()):
        """Yield (slate, the chance of each slot), each slate as long as anything is allowed."""
        allowed = self.chances(before, size) if len(before) < size else {}
        if not allowed:
            yield before, chances
        for item, chance in allowed.items():
            yield from self.slates(size, (*before, item), (*chances, chance))

    def chances(self, before, size):
        """Return the chance of each item that is allowed after those ``before``."""
        if len(before) in self.pins:
            return {self.pins[len(before)]: 1.0}
        free = [i for i in IDS if i not in before and i not in self.pins.values()]
        taken = {*before, *self.pins.values()}
        allowed = [i for i in free if all(self.room(cap, i, taken) for cap in self.caps)]
        values = {i: self.scores[i] - self.cost(i, before, size) for i in allowed}
        weights = {i: math.exp(value / TEMPERATURE) for i, value in values.items()}
        total = sum(weights.values())
        return {
            i: (1 - EPSILON) * weight / total + EPSILON / len(allowed)
            for i, weight in weights.items()
        }

    def room(self, cap, item, taken):
        return len({i for i in taken if self.alike_for(cap, i, item)}) < cap["most"] or not (
            self.alike_for(cap, item, item)
        )

    def alike_for(self, cap, one, other):
        first, second = (SHOP[IDS.index(i)] for i in (one, other))
        if "field" in cap:
            return dict(first.features)["brand"] == dict(second.features)["brand"]
        return "gift" in first.categories and "gift" in second.categories

    def cost(self, item, before, size):
        category, similar = LEVELS[self.level]
        order = sorted(self.scores.values(), reverse=True)
        unit = max(TEMPERATURE, order[0] - order[size - 1])
        crowd = sum(self.overlap(item, other) for other in before)
        like = max((self.similarity(item, other) for other in before), default=0.0)
        return unit * (category * crowd + similar * like)

    @staticmethod
    def overlap(one, other):
        first, second = (set(SHOP[IDS.index(i)].categories) for i in (one, other))
        return len(first & second) / len(first | second)

    def similarity(self, item, placed):
        words = [set(content_tokens(thing)) for thing in SHOP]
        idf = {
            word: math.log((len(SHOP) + 1) / (sum(word in held for held in words) + 1)) + 0.1
            for held in words for word in held
        }  # fmt: skip
        first, second = words[IDS.index(item)], words[IDS.index(placed)]
        length = [math.sqrt(sum(idf[word] ** 2 for word in held)) for held in (first, second)]
        cosine = sum(idf[word] ** 2 for word in first & second) / math.prod(length)
        models, number = self.engine.parts.models, self.engine.parts.catalogue.number
        both = models.companions.predict(np.array([number(placed)], dtype=np.int32), number(item))
        interactions = [models.activity.interactions[number(i)] + 3 for i in (item, placed)]
        return max(cosine, min(1.0, both / math.sqrt(math.prod(interactions))))


CASES = [
    ((), "medium"),
    ((), "high"),
    ((CAP,), "none"),
    ((CAP, GIFTS), "low"),
    ((BOOST, BURY), "none"),
    ((PIN,), "none"),
    ((BOOST, BURY, PIN, CAP), "medium"),
]


@pytest.mark.parametrize(("rules", "level"), CASES)
def test_slates_come_as_often_as_the_product_of_their_propensities(rules, level):
    """All slates of three of five items are enumerated; 2,000 drawn ones agree by chi-square."""
    engine = shop(*rules, diversity=level)
    slates = dict(Definition(engine, rules, level).slates(3))
    chances = np.array([math.prod(of_slots) for of_slots in slates.values()])
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    drawn = Counter()
    for n in range(2_000):
        results = ask(engine, f"recommendation {n}").results
        slate = tuple(result.item_id for result in results)
        propensities = [result.propensity for result in results]
        assert propensities == pytest.approx(slates[slate], rel=1e-5)
        drawn[slate] += 1
    expected = 2_000 * chances
    seen = np.array([drawn[slate] for slate in slates])
    rare = expected < 5
    if rare.any():  # chi-square wants five of each: those that are rarer count together
        expected = np.append(expected[~rare], expected[rare].sum())
        seen = np.append(seen[~rare], seen[rare].sum())
    assert stats.chisquare(seen, expected).pvalue > 0.001


@pytest.mark.parametrize("level", [name for name in LEVELS if name not in {"none", "auto"}])
def test_the_best_list_takes_the_best_of_what_is_left_after_variety(level):
    """Without exploration each slot holds the item of the highest value, with propensity 1."""
    engine = shop()
    definition = Definition(engine, (), level)
    before = []
    for result in ask(engine, size=5, explore=False, diversity=level).results:
        chances = definition.chances(before, 5)
        assert chances[result.item_id] == max(chances.values())
        assert result.propensity == 1.0
        before.append(result.item_id)


def test_without_rules_and_variety_the_old_kernel_draws_bit_for_bit():
    """Rules for another place or time, and the level none, leave rows and propensities alone."""
    elsewhere = CAP | {"placements": ["elsewhere"]}
    late = PIN | {"start": "2030-01-01T00:00:00Z"}
    for engine in (shop(), shop(elsewhere, late)):
        plain = ask(engine, size=5, explore=False)
        scores = {result.item_id: result.score for result in plain.results}
        for n in range(50):
            results = ask(engine, f"r{n}", diversity=("none", "")[n % 2]).results
            table = np.array([scores[item] for item in IDS])
            rows, expected = draw_slate(table, 3, EPSILON, TEMPERATURE, seed_of(f"r{n}"))
            assert [result.item_id for result in results] == [IDS[row] for row in rows]
            assert [result.propensity for result in results] == expected.tolist()


def test_more_variety_costs_more_score_and_gives_less_of_a_kind():
    """From none to high a list of a shop of two kinds contains more and more of the rarer one."""
    engine = Engine()
    writes = [
        ItemWrite(Item(f"{kind} {n}", title=f"{kind} {n}", categories=(kind,)))
        for kind in ("lamp", "rug") for n in range(30)
    ]  # fmt: skip
    engine.apply(Entry(0, tuple(writes)))
    for n in range(600):
        item = f"lamp {n % 30}" if n % 6 else f"rug {n % 30}"
        engine.apply(Entry(n, (Event(f"e{n}", "click", f"v{n % 40}", items=(EventItem(item),)),)))
    rugs = {}
    for level in ("none", "low", "medium", "high"):
        request = RecommendRequest(
            "ann", "r", page_size=10, explore=False, diversity=level, explain=True
        )
        results = engine.recommend(request, 1000).results
        risen = [result for result in results[1:] if result.item_id.startswith("rug")]
        names = {name for result in risen for name in result.rules}
        assert names == (set() if level == "none" else {"diversity"})
        rugs[level] = sum(result.item_id.startswith("rug") for result in results)
    assert rugs["none"] <= rugs["low"] <= rugs["medium"] <= rugs["high"]
    assert rugs["none"] < rugs["high"] in range(4, 7)


def test_auto_varies_a_list_as_the_visitor_varies():
    """Who looked at one kind only gets a list as without variety; who mixes gets nearly medium."""
    engine = shop()
    looks = [("one", "a"), ("one", "b"), ("mixed", "a"), ("mixed", "c"), ("mixed", "d")]
    for n, (visitor, item) in enumerate(looks):
        engine.apply(Entry(50 + n, (Event(f"l{n}", "view", visitor, items=(EventItem(item),)),)))
    weights = {}
    for visitor in ("one", "mixed", "stranger"):
        history = engine.parts.visitors.history(visitor, "", "", 1.0).items
        weights[visitor] = engine.parts.reranking.similarity.weights("auto", history)
    in_order = [LEVELS["none"], weights["one"], weights["mixed"], LEVELS["medium"]]
    assert in_order == sorted(set(in_order))
    assert LEVELS["none"] < weights["stranger"] < LEVELS["medium"]
