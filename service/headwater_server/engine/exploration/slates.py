"""From scored candidates to the slate: draw the slots, explain them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import bandit, thompson
from headwater_server.engine.exploration.plackett_luce import best_slate, draw_slate, seed_of
from headwater_server.engine.exploration.slot_probabilities import SlotProbabilities
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.results import Result, Results
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.evidence import SOURCES
from headwater_server.models.probability.probability import ProbabilityHead

EXPLORING, BEST, BANDIT = "plackett_luce", "best", "bandit"
_REASONS = {
    "next": "often comes right after the item viewed last",
    "together": "goes with recently viewed items",
    "history": "was viewed before",
    "popular": "is popular now",
    "content": "shares words with recently viewed items",
    "new": "is new in the shop",
    "walk": "is two steps from the item viewed last",
    "words": "shares words with items that often come next",
    "candidates": "is on the caller's list",
    "circumstances": "is chosen in this place and under these circumstances",
}


@cache
def _names(mask: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sources = tuple(name for bit, name in SOURCES.items() if mask & bit)
    return sources, tuple(_REASONS[name] for name in sources)


def policy_of(request: RecommendRequest, settings: EngineSettings, head: ProbabilityHead) -> str:
    """Return the name of the policy that fills this request's slots."""
    if request.explore and bandit.applies(request, settings):
        return BANDIT
    if thompson.applies(head, request, settings):
        return thompson.THOMPSON
    return EXPLORING if request.explore else BEST


def recommendation(
    request: RecommendRequest, results: Sequence[Result], policy: str, limits: tuple[str, ...]
) -> Recommendation:
    """Return the answer to ``request``."""
    name, is_estimated = request.recommendation_id, policy == thompson.THOMPSON
    return Recommendation(name, results, policy, request.placement, limits, is_estimated)


def draw(
    scores: NDArray[np.float64],
    request: RecommendRequest,
    settings: EngineSettings,
    sampled: NDArray[np.float64] | None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (rows of the candidates for each slot, their propensities).

    ``sampled`` are the draws of `thompson.sampled_scores`, None under another policy.
    """
    if not request.explore:
        return best_slate(scores, request.page_size)
    if sampled is not None:
        return thompson.draw_slate(sampled, request.page_size)
    epsilon, temperature = settings.exploration_epsilon, settings.exploration_temperature
    seed = seed_of(request.recommendation_id)
    return draw_slate(scores, request.page_size, epsilon, temperature, seed)


def explained(
    results: Results,
    probabilities: SlotProbabilities,
    masks: NDArray[np.uint16],
    moved: Sequence[tuple[str, ...]],
) -> tuple[Result, ...]:
    """Return the slots with their sources and reasons, intervals, and the rules that moved them.

    ``masks`` are the slots' sources by bit; ``moved`` empty: no rule moved anything.
    """
    names = [_names(mask) for mask in masks.tolist()]
    rules = moved or [()] * len(results)
    columns = zip(results, names, probabilities.low, probabilities.high, rules, strict=True)
    return tuple(
        result._replace(
            sources=sources, reasons=reasons, probability_low=low, probability_high=high, rules=by
        )
        for result, (sources, reasons), low, high, by in columns
    )
