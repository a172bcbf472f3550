"""The engine with a shop's own features: they predict, they are state, and they may change."""

from __future__ import annotations

from itertools import chain
from random import Random

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.features.own_columns import describe_own
from headwater_server.engine.features.own_features import as_feature
from headwater_server.engine.features.own_values import OwnValues
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    SettingsChange,
)
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings

ITEMS, VISITORS, ACTS = 120, 80, 5
LIVE, PACE = 60, 4
RIVER = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"


def shop(seed=1):
    """Return items whose depth is all that visitors choose by, and the acts of these in order."""
    random = Random(seed)
    depths = [random.random() for _ in range(ITEMS)]
    items = [Item(f"i{n}", features=(("depth", depth),)) for n, depth in enumerate(depths)]
    acts = []
    for n in range(VISITORS):
        taste = random.random()
        near = sorted(range(ITEMS), key=lambda i: abs(depths[i] - taste))[:10]
        acts += [(n * 7 + z * 40, f"v{n}", f"i{random.choice(near)}") for z in range(ACTS)]
    return items, sorted(acts)


def opened(settings, items):
    engine = Engine()
    engine.apply(Entry(1, (SettingsChange(settings),)))
    engine.apply(Entry(1, tuple(map(ItemWrite, items))))
    return engine


def click(n, visitor, item):
    return Entry(1_000 * n + 2, (Event(f"e{n}", "click", visitor, items=(EventItem(item),)),))


def asked(engine, visitor, **options):
    request = RecommendRequest(visitor, "r", explore=False, **options)
    return engine.recommend(request, now_ms=engine.parts.clock_ms)


def hits(settings, acts):
    """Return for each act of a known visitor whether its item was among the ten best before it.

    Every few acts an item goes and another one comes: of most items the shop knows little yet.
    """
    random, count = Random(1), LIVE + acts // PACE
    depths, tastes = [random.random() for _ in range(count)], [random.random() for _ in range(70)]
    items = [Item(f"i{n}", features=(("depth", depth),)) for n, depth in enumerate(depths)]
    engine, found, known = opened(settings, items[:LIVE]), [], set()
    for n in range(acts):
        gone = n // PACE
        if n % PACE == 0 and n:
            engine.apply(
                Entry(
                    1_000 * n + 1, (ItemWrite(items[LIVE + gone - 1]), ItemDelete(f"i{gone - 1}"))
                )
            )
        taste = tastes[who := random.randrange(len(tastes))]
        near = sorted(range(gone, gone + LIVE), key=lambda i: abs(depths[i] - taste))[:8]
        item = f"i{random.choice(near)}"
        if who in known:
            found.append(item in asked(engine, f"v{who}", page_size=10).item_ids)
        known.add(who)
        engine.apply(click(n, f"v{who}", item))
    return np.array(found, dtype=float)


@pytest.mark.parametrize(("ranker", "acts"), [("listwise", 900), (RIVER, 300)])
def test_a_feature_that_predicts_raises_the_hit_rate(ranker, acts):
    with as_feature(lambda item: dict(item.features)["depth"] + 3.0, "depth") as text:
        without, with_it = (
            hits(EngineSettings(ranker=ranker, features=given), acts) for given in ((), (text,))
        )
    gain = with_it - without
    assert gain.mean() > 0.05
    assert gain.mean() > 3 * gain.std() / np.sqrt(len(gain))


def test_values_are_state_and_come_back_exactly():
    settings = EngineSettings(features=("features.depth", "price"))
    items, acts = shop()
    engine = opened(settings, items)
    for n, (_, visitor, item) in enumerate(acts[:300]):
        engine.apply(click(n, visitor, item))
        if n == 150:
            engine = Engine.restore(engine.capture())
    twin = opened(settings, items)
    for n, (_, visitor, item) in enumerate(acts[:300]):
        twin.apply(click(n, visitor, item))
    assert engine.digest() == twin.digest()
    assert asked(engine, "v3") == asked(twin, "v3")
    assert {path for path, _ in engine.capture()} >= {"learned/models/own_values/values"}


def test_neither_the_size_of_batches_nor_questions_asked_together_change_anything():
    items, acts = shop()
    events = [
        Event(f"e{n}", "click", visitor, items=(EventItem(item),))
        for n, (_, visitor, item) in enumerate(acts)
    ]
    alone, together = (opened(EngineSettings(features=("features.depth",)), items) for _ in "ab")
    for event in events:
        alone.apply(Entry(2, (event,)))
    together.apply(Entry(2, tuple(events)))
    assert alone.digest() == together.digest()
    requests = [RecommendRequest(f"v{n}", f"r{n}") for n in range(16)]
    answers = [alone.recommend(one, now_ms=3) for one in requests]
    assert together.recommend_all(requests, now_ms=3) == answers


def test_without_features_the_state_knows_nothing_of_them():
    engine = opened(EngineSettings(), [Item("a", price=2.0)])
    assert not [path for path, _ in engine.capture() if "own_values" in path]
    assert engine.parts.models.own_values.own.values.shape == (0, 0)


def test_an_item_has_the_value_of_its_newest_write_until_it_is_deleted():
    engine = opened(EngineSettings(features=("price",)), [Item("a", price=2.0), Item("b")])
    values = engine.parts.models.own_values.own.values
    engine.apply(Entry(5, (ItemWrite(Item("a", price=7.0), fields=("price",)),)))
    engine.apply(Entry(6, (ItemWrite(Item("a", price=3.0), set_time_ms=1),)))  # an older one
    assert values[0, 0] == 7.0
    assert np.isnan(values[1, 0])
    engine.apply(Entry(7, (ItemDelete("a"),)))
    assert np.isnan(values[0, 0])


def test_the_table_grows_with_the_catalogue_and_a_number_that_is_used_again_has_no_value():
    settings = EngineSettings(features=("price",), event_items_max=2, items_max=5_000)
    engine = opened(settings, [Item(f"i{n}", price=float(n)) for n in range(1_100)])
    own = engine.parts.models.own_values
    assert own.own.values[:1_100, 0].tolist() == [*map(float, range(1_100))]
    assert len(own.own.values) == engine.parts.catalogue.rows
    engine.apply(Entry(9, tuple(ItemDelete(f"i{n}") for n in range(10))))
    for n in range(20):
        engine.apply(click(n, "v", f"new {n}"))
    numbers = [engine.parts.catalogue.number(f"new {n}") for n in range(20)]
    assert all(np.isnan(own.own.values[n, 0]) for n in numbers if n is not None)
    assert Engine.restore(engine.capture()).digest() == engine.digest()


@pytest.mark.parametrize("ranker", ["listwise", RIVER])
def test_other_features_on_a_running_shop_have_the_values_of_all_items(ranker):
    items, acts = shop()
    engine = opened(EngineSettings(ranker=ranker, features=("price",)), items)
    for n, (_, visitor, item) in enumerate(acts[:200]):
        engine.apply(click(n, visitor, item))
    shown = tuple(asked(engine, "v3").item_ids[:3])
    slate = Slate("r", "p", "", shown, (1.0,) * 3)
    engine.apply(Entry(200_003, (Event("seen", "impression", "v3", slate=slate),)))
    learned = engine.parts.models.ranker
    change = SettingsChange(
        EngineSettings(features=("features.depth", "price")), given=("features",)
    )
    engine.apply(Entry(200_004, (change,)))
    models = engine.parts.models
    assert models.ranker.features[-4:] == ("depth", "depth_near", "price", "price_near")
    depths = [dict(item.features)["depth"] for item in items]
    assert models.own_values.own.values[:ITEMS, 0].tolist() == depths
    if ranker == "listwise":  # goes on with what it had learned, but for the new feature
        weights = models.ranker.network[2][0]
        assert np.array_equal(weights[:43], learned.network[2][0][:43])
        assert weights[43] == weights[44] == 0.0
    restored = Engine.restore(engine.capture())
    for one in (engine, restored):
        one.apply(Entry(9_000_000, click(201, "v3", "i5").operations))  # the window closes
        for n, (_, visitor, item) in enumerate(acts[200:260], start=300):
            one.apply(click(n + 9_000, visitor, item))
    assert engine.digest() == restored.digest()


def test_a_change_back_to_no_features_leaves_no_trace_but_what_was_learned():
    items, acts = shop()
    engine = opened(EngineSettings(features=("features.depth",)), items)
    for n, (_, visitor, item) in enumerate(acts[:50]):
        engine.apply(click(n, visitor, item))
    engine.apply(Entry(60_000, (SettingsChange(EngineSettings(), given=("features",)),)))
    assert len(engine.parts.models.ranker.features) == 43
    assert not [path for path, _ in engine.capture() if "own_values" in path]
    assert asked(engine, "v1").results


def test_the_reasons_name_the_feature():
    items, acts = shop()
    engine = opened(EngineSettings(features=("features.depth",)), items)
    for n, (_, visitor, item) in enumerate(acts):
        engine.apply(click(n, visitor, item))
    engine.apply(click(9_000, "newcomer", "i5"))
    results = asked(engine, "newcomer", explain=True, page_size=10).results
    parts = [dict(result.contributions) for result in results]
    assert all("depth" in one for one in parts)
    for result, one in zip(results, parts, strict=True):
        assert sum(one.values()) == pytest.approx(result.score, abs=1e-4)
    assert any("its depth is close to that of i5" in one.explanation for one in results)


def warnings(engine):
    return [*chain.from_iterable(engine.lookups.settings_warnings())]


def test_what_fails_is_counted_named_once_and_learning_goes_on():
    def broken(item):
        if item.item_id in {"i3", "i4", "i7"}:
            raise ValueError(item.title)
        return 1.0

    items, acts = shop()
    with as_feature(broken) as text:
        engine = opened(EngineSettings(features=(text, "features.dept")), items)
        for n, (_, visitor, item) in enumerate(acts[:100]):
            engine.apply(click(n, visitor, item))
        before = engine.digest()
        assert warnings(engine) == [
            "features: broken: an item has no value, first i3: ValueError",
            "features: dept: no item has the field dept; did you mean depth?",
        ]
        assert engine.lookups.counts()["feature_failures"] == 3
        assert engine.digest() == before
    assert engine.parts.learned == 100
    assert np.isfinite(engine.parts.models.ranker.network[2][0]).all()


def test_code_that_has_changed_since_is_noticed():
    factor = [1.0]
    with as_feature(lambda item: factor[0] * dict(item.features)["depth"], "mine") as text:
        engine = opened(EngineSettings(features=(text,)), shop()[0])
        assert warnings(engine) == []
        factor[0] = 2.0
        restored = Engine.restore(engine.capture())
        assert restored.digest() == engine.digest()
        assert "mine: gives other values now than those that are stored" in warnings(restored)[0]


def test_the_kernel_holds_to_its_definition():
    random, own = Random(4), OwnValues(("price", "features.x"))
    own.reserve(40)
    for n in range(40):
        features = (("x", random.gauss(0, 5)),) if n % 3 else ()
        own.write(n, Item(f"i{n}", price=random.choice([None, 1.0, 1e9, -3.0]), features=features))
    history, items = np.arange(30, 5, -1, dtype=np.int32), np.arange(40, dtype=np.int32)
    out = np.empty((4, 40), dtype=np.float32)
    describe_own(own.own, history, items, out)
    for j in range(2):
        z = (own.own.values[:, j] - own.own.scale[0, j]) / own.own.scale[1, j]
        for i in items:
            near = [
                (0.9**place, 1 / (1 + 4 * (z[i] - z[x]) ** 2))
                for place, x in enumerate(history[:20])
                if x != i and not np.isnan(z[x])
            ]
            weights = [weight for weight, _ in near]
            expected = [0.0, 0.0]
            if not np.isnan(z[i]):
                expected = [z[i] / (1 + abs(z[i])), np.dot(weights, [n for _, n in near])]
                expected[1] = expected[1] / sum(weights) - 0.5
            assert out[2 * j : 2 * j + 2, i] == pytest.approx(expected, abs=1e-5)


def test_absurd_values_move_no_scale_and_all_columns_stay_bounded():
    own = OwnValues(("price",))
    prices = [*(float(n) for n in range(100)), 1e308, -1e308, 5e-324, 1e100]
    for n, price in enumerate(prices):
        own.write(n, Item(f"i{n}", price=price))
    assert own.own.scale[:, 0] == pytest.approx([49.0, 25.0], abs=3.0)
    out = np.empty((2, len(prices)), dtype=np.float32)
    everything = np.arange(len(prices), dtype=np.int32)
    describe_own(own.own, everything, everything, out)
    assert np.isfinite(out).all()
    assert np.abs(out).max() <= 1.0
