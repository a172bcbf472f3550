"""Lists of visitors without a history: several popularities and the ranker, by their own record."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.popularity.strangers import RANKER
from tests.unit.engine.random_shop import found, random_shop

WITHOUT = EngineSettings(without=("strangers",))
ITEMS = 400


def ask(visitor="stranger", **given):
    return RecommendRequest(visitor, "r", page_size=20, explore=False, **given)


def click(engine, number, item, visitor):
    event = Event(f"e{number}", "click", visitor, items=(EventItem(f"i{item}"),))
    engine.apply(Entry(1_000 * number, (event,)))


def shop_of_fashions(acts, period):
    """Yield (place, item): strangers choose one of 30 fashionable items, new ones each period."""
    rng = np.random.default_rng(1)
    for number in range(acts):
        first = 30 * (number // period) % ITEMS
        fashionable = rng.random() < 0.8
        yield number, int(first + rng.integers(30) if fashionable else rng.integers(ITEMS)) % ITEMS


def test_a_strangers_list_follows_the_popularity_that_is_right_here():
    """Fashions change every 250 acts: fast popularities hit twice as often as slow ones."""
    engine, hits, best = Engine(EngineSettings()), [], []
    for number, item in shop_of_fashions(3_000, 250):
        if number >= 1_500 and number % 3 == 0:
            listed = engine.recommend(ask(), 1_000 * number).item_ids
            hits.append(f"i{item}" in listed)
            catalogue = engine.parts.catalogue
            stored, place = engine.parts.models.strangers.stored, catalogue.number(f"i{item}")
            orders = [np.argsort(-column, kind="stable")[:20] for column in stored.T]
            best.append([place is not None and place in order for order in orders])
        click(engine, number, item, f"v{number}")
    rates = np.mean(best, axis=0)
    assert rates.max() > 1.4 * rates[2]  # what half-life is right matters
    assert np.mean(hits) > 0.95 * rates.max()


def test_without_it_the_ranker_alone_orders_a_strangers_list():
    engine, now_ms = random_shop(4, WITHOUT)
    history = engine.parts.history(ask(), "", now_ms)
    described = found(engine.parts.ranking, history, np.zeros(0, dtype=np.int32), now_ms)
    scores = engine.parts.ranking.score(described)
    ids = [engine.parts.catalogue.ids[item] for item in described.items]
    by_ranker = [ids[place] for place in np.argsort(-scores, kind="stable")[:20]]
    assert list(engine.recommend(ask(), now_ms).item_ids) == by_ranker
    whole = random_shop(4)[0]
    assert list(whole.recommend(ask(), now_ms).item_ids) != by_ranker
    assert np.ptp(engine.parts.models.strangers.weights) > 0.0  # it learns on, to be back


def test_the_kernel_and_the_parts_score_a_stranger_alike():
    engine, now_ms = random_shop(5)
    history = engine.parts.history(ask(), "", now_ms)
    described = found(engine.parts.ranking, history, np.zeros(0, dtype=np.int32), now_ms)
    scores = dict(
        zip(described.items, engine.parts.scoring.scored(history, described), strict=True)
    )
    answer = engine.recommend(ask(), now_ms)
    numbers = [engine.parts.catalogue.number(item_id) for item_id in answer.item_ids]
    assert [scores[number] for number in numbers] == [r.score for r in answer.results]
    given = engine.recommend(ask(candidate_item_ids=tuple(answer.item_ids)), now_ms)
    assert list(given.item_ids) == list(answer.item_ids)


def test_the_first_click_turns_the_list_to_the_visitors_own():
    engine, rng = Engine(EngineSettings()), np.random.default_rng(2)
    for number in range(1_200):  # visitors stay with one of two kinds of items
        click(engine, number, 40 * (number // 4 % 2) + rng.integers(40), f"v{number // 4}")
    before = engine.recommend(ask("new"), 1_200_000).item_ids
    click(engine, 1_200, 45, "new")
    after = engine.recommend(ask("new"), 1_201_000).item_ids
    of_kind = [sum(int(one[1:]) >= 40 for one in listed[:10]) for listed in (before, after)]
    assert of_kind[0] < 9 <= of_kind[1]


def test_the_contributions_of_a_strangers_list_sum_to_the_scores():
    engine, now_ms = random_shop(6)
    for result in engine.recommend(ask(explain=True), now_ms).results:
        assert sum(part for _, part in result.contributions) == pytest.approx(result.score)
        assert "popular" in dict(result.contributions)


def test_reasons_that_decide_nothing_for_a_stranger_are_not_named():
    """Popularities alone decide, then the ranker alone: each is all that explains."""
    engine, now_ms = random_shop(6)
    engine.parts.models.strangers.counted[2][0] = [0.1] * RANKER + [0.0]
    for result in engine.recommend(ask(explain=True), now_ms).results:
        parts = dict(result.contributions)
        assert parts.pop("popular") == pytest.approx(result.score)
        assert max(map(abs, parts.values())) < 1e-9


def test_the_rankers_reasons_count_for_a_stranger_as_much_as_the_ranker():
    engine, now_ms = random_shop(6)
    strangers, found = engine.parts.models.strangers, {}
    for weight in (1.0, 0.2):
        strangers.counted[2][0] = [1.0 - weight] * RANKER + [weight]
        results = engine.recommend(ask(explain=True), now_ms).results
        found[weight] = {r.item_id: dict(r.contributions) for r in results}
    both = found[1.0].keys() & found[0.2].keys()
    assert len(both) > 5
    for item_id in both:
        whole, part = found[1.0][item_id], found[0.2][item_id]
        for name in (whole.keys() & part.keys()) - {"popular", "other"}:
            assert part[name] == pytest.approx(0.2 * whole[name])


def test_made_up_visitors_of_one_source_teach_the_weights_as_little_as_they_count():
    """Each minute 17 of them click on each of 20 items: on one they count 1, 1/3, 1/5, …"""
    engine = Engine(EngineSettings())
    for number in range(400):
        click(engine, number, number % 20, f"v{number}")
    visitors, now_ms = engine.parts.models.strangers.counted[3], 400_000
    before = float(visitors[0])
    for number in range(340):
        event = Event(
            f"s{number}",
            "click",
            f"s{number}",
            items=(EventItem(f"i{number % 20}"),),
            from_page=True,
            source="k:1.2.3.4",
        )
        engine.apply(Entry(now_ms, (event,)))
    most = 20 * sum(1.0 / (2 * n + 1) for n in range(17))
    assert 0.0 < float(visitors[0]) - before < most / 3  # 12 visitors' worth, not 340


@pytest.mark.parametrize("ranker", ["listwise", "listwise(rate=0.06)"])
def test_only_another_champion_loses_the_rankers_record(ranker):
    engine, now_ms = random_shop(8)
    strangers = engine.parts.models.strangers
    strangers.counted[2][0] = [*(float(k) for k in range(RANKER)), 40.0]
    settings = EngineSettings(ranker=ranker, act_half_life_days=3.0)
    engine.apply(Entry(now_ms, (SettingsChange(settings, "me", ("ranker", "act_half_life_days")),)))
    start = 1.0 / (RANKER + 1)
    assert strangers.weights[RANKER] == pytest.approx(40.0 if ranker == "listwise" else start)


def test_a_river_ranker_orders_alone_so_no_weight_is_learned_beside_it():
    text = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"
    engine = Engine(EngineSettings(ranker=text))
    before = engine.parts.models.strangers.counted[2].copy()
    for number in range(120):
        click(engine, number, number % 12, f"v{number}")
    assert np.array_equal(engine.parts.models.strangers.counted[2], before)


def test_what_only_strangers_get_is_available_and_not_hidden():
    engine = Engine(EngineSettings())
    for number in range(300):
        click(engine, number, number % 30, f"v{number}")
    engine.apply(Entry(300_000, (ItemWrite(Item("i3", available=False)),)))
    assert "i3" not in engine.recommend(ask(), 300_000).item_ids
    assert "i4" not in engine.recommend(ask(exclude_item_ids=("i4",)), 300_000).item_ids


def test_a_restored_shop_answers_strangers_alike_and_learns_on_alike():
    engine, now_ms = random_shop(7)
    again = Engine.restore(engine.capture())
    for one in (engine, again):
        for number in range(120):
            event = Event(f"s{number}", "click", f"s{number}", items=(EventItem(f"i{number % 9}"),))
            one.apply(Entry(now_ms + 1_000 * number, (event,)))
    assert again.digest() == engine.digest()
    later = now_ms + 200_000
    assert again.recommend(ask(), later).results == engine.recommend(ask(), later).results
