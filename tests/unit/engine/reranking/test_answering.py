"""The kernel from rows to slots holds to its steps one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.exploration.plackett_luce import draw_slate, seed_of
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.ranker.network import LOWEST
from tests.unit.engine.random_shop import MINUTE_MS, VISITORS, found, random_shop


def linked_shop(seed, settings=None):
    """Return a shop in which some visitors have accounts, with items in common, and the time."""
    engine, now_ms = random_shop(seed, settings)
    rng = np.random.default_rng(seed)
    for number in range(60):
        visitor, user = f"v{rng.integers(VISITORS)}", f"u{rng.integers(4)}"
        item, kind = (
            f"i{int(rng.zipf(1.4)) % 120}",
            str(rng.choice(["click", "dislike", "purchase"])),
        )
        event = Event(f"l{number}", kind, visitor, items=(EventItem(item),), user_id=user)
        engine.apply(Entry(now_ms + number * MINUTE_MS, (event,)))
    return engine, now_ms + 60 * MINUTE_MS


def asked(seed, count=40):
    """Yield requests of visitors and accounts, with context items, exclusions and filters."""
    rng = np.random.default_rng(seed)

    def names(share):
        return tuple(f"i{n}" for n in rng.integers(0, 130, 3)) if rng.random() < share else ()

    for number in range(count):
        yield RecommendRequest(
            f"v{rng.integers(VISITORS + 2)}",
            f"r{number}",
            user_id=f"u{rng.integers(4)}" if rng.random() < 0.2 else "",
            placement=str(rng.choice(["", "home", "elsewhere"])),
            page_size=int(rng.choice([1, 5, 20])),
            exclude_item_ids=names(0.3),
            context_item_ids=names(0.3),
            filter='title: ANY("lamp")' if rng.random() < 0.1 else "",
        )


def with_context(history, context):
    """Return the history as if the visitor had just viewed ``context``, in plain numpy."""
    rest, n = ~np.isin(history.items, context), len(context)
    if n == 0:
        return history
    return history._replace(
        items=np.concatenate((context, history.items[rest])),
        ages_s=np.concatenate((np.zeros(n), history.ages_s[rest])),
        interactions=np.concatenate((np.ones(n, dtype=np.int32), history.interactions[rest])),
        in_session=np.concatenate((np.ones(n, dtype=np.bool_), history.in_session[rest])),
        session_length=n + int(history.in_session[rest].sum()),
        gap_s=0.0,
    )


def stepwise(engine, request, now_ms):
    """Return (numbers in the slots, scores, propensities), each step called on its own."""
    parts, settings = engine.parts, engine.settings
    scoring = parts.scoring
    context = scoring.known(request.context_item_ids)
    history = with_context(parts.history(request, request.placement, now_ms), context)
    profiles = parts.visitors.profiles_of(request.visitor_id, request.user_id)
    named = scoring.known(request.exclude_item_ids + request.context_item_ids)
    barred = np.concatenate((named, parts.hiding.hidden(profiles, now_ms)))
    passing = scoring.masks.shown(request.filter) if request.filter else None
    described = found(scoring.ranking, history, barred, now_ms, passing)
    items, scores = described.items, scoring.scored(history, described)
    if len(items) < scoring.enough(request):
        items, scores = scoring.refilled(request, history, barred, now_ms, (items, scores))
    epsilon, temperature = settings.exploration_epsilon, settings.exploration_temperature
    seed = seed_of(request.recommendation_id)
    rows, propensities = draw_slate(scores, request.page_size, epsilon, temperature, seed)
    return items[rows], scores[rows], propensities


@pytest.mark.parametrize("seed", range(3))
def test_the_answer_is_that_of_its_steps(seed):
    engine, now_ms = linked_shop(seed, EngineSettings(seed=seed))
    for request in asked(seed):
        items, scores, propensities = stepwise(engine, request, now_ms)
        results = engine.recommend(request, now_ms).results
        names = [engine.parts.catalogue.ids[item] for item in items.tolist()]
        assert results.item_ids == names
        assert results.scores.tolist() == scores.tolist()
        assert results.propensities.tolist() == propensities.tolist()


def test_a_score_that_is_not_finite_is_the_lowest():
    engine, now_ms = linked_shop(0)
    request = RecommendRequest("v1", "r", explore=False, page_size=100)
    best = engine.recommend(request, now_ms).results[0].item_id
    number = engine.parts.catalogue.number(best)
    engine.parts.models.ranker.network[0][number] = np.nan
    scores = {one.item_id: one.score for one in engine.recommend(request, now_ms).results}
    assert scores.get(best, LOWEST) == LOWEST
    assert all(np.isfinite(list(scores.values())))


def test_another_ranker_scores_the_same_candidates():
    river = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"
    engine, now_ms = linked_shop(1, replace(EngineSettings(), ranker=river))
    for request in asked(1, 10):
        items, scores, propensities = stepwise(engine, request, now_ms)
        results = engine.recommend(request, now_ms).results
        assert results.scores.tolist() == scores.tolist()
        assert results.propensities.tolist() == propensities.tolist()
        assert len(items) == len(results)
