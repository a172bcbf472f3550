"""From scored candidates to the slate: draw the slots, build the results."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import thompson
from headwater_server.engine.exploration.plackett_luce import best_slate, draw_slate, seed_of
from headwater_server.engine.exploration.slot_probabilities import SlotProbabilities
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest, Result
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.evidence import SOURCES
from headwater_server.models.probability.probability import ProbabilityHead

EXPLORING, BEST = "plackett_luce", "best"
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

_REST = tuple(Result._field_defaults[name] for name in Result._fields[9:])


def _names(mask: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sources = tuple(name for bit, name in SOURCES.items() if mask & bit)
    return sources, tuple(_REASONS[name] for name in sources)


_NAMES = tuple(_names(mask) for mask in range(1 << len(SOURCES)))


def policy_of(request: RecommendRequest, settings: EngineSettings, head: ProbabilityHead) -> str:
    """Return the name of the policy that fills this request's slots."""
    if thompson.applies(head, request, settings):
        return thompson.THOMPSON
    return EXPLORING if request.explore else BEST


def recommendation(
    request: RecommendRequest, results: tuple[Result, ...], policy: str, limits: tuple[str, ...]
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


def results(
    ids: list[str],
    scores: NDArray[np.float64],
    propensities: NDArray[np.float64],
    probabilities: SlotProbabilities,
    masks: NDArray[np.uint16],
    moved: Sequence[tuple[str, ...]],
    *,
    explain: bool,
) -> tuple[Result, ...]:
    """Return the slate's slots, best first; ``moved`` empty: nothing was moved or requested."""
    names = [_NAMES[mask] for mask in masks.tolist()] if explain else [_NAMES[0]] * len(ids)
    sources, reasons = zip(*names, strict=True) if names else ((), ())
    rules = moved or [()] * len(ids)
    first = (ids, scores.tolist(), probabilities.values, propensities.tolist(), sources, reasons)
    columns = (*first, probabilities.low, probabilities.high, rules)
    rest = ([value] * len(ids) for value in _REST)
    # every field is given: calling `Result`, which fills in defaults, takes half as long again
    return tuple(map(Result._make, zip(*columns, *rest, strict=True)))


def with_first_slot(results: tuple[Result, ...], first: tuple[float, ...]) -> tuple[Result, ...]:
    """Return the results with each one's chance of the first slot."""
    pairs = zip(results, first, strict=True)
    return tuple(result._replace(first_slot_propensity=chance) for result, chance in pairs)
