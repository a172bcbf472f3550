"""From scored candidates to the slate: slots are drawn, results are told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import thompson
from headwater_server.engine.exploration.chances import Chances
from headwater_server.engine.exploration.exploration import best_slate, draw_slate, seed_of
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest, Result
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.evidence import SOURCES
from headwater_server.models.probability.probability import ProbabilityHead

EXPLORING, BEST = "plackett_luce", "best"
_REASONS = {
    "next": "often comes right after what was looked at last",
    "together": "goes with what was looked at lately",
    "history": "was looked at before",
    "popular": "is popular now",
    "content": "is described like what was looked at lately",
    "new": "is new in the shop",
    "walk": "is two steps from what was looked at last",
    "words": "is described like what often comes next",
    "candidates": "was asked to be ranked",
    "circumstances": "is chosen in this place and under these circumstances",
}

_REST = tuple(Result._field_defaults[name] for name in Result._fields[9:])


def _told(mask: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sources = tuple(name for bit, name in SOURCES.items() if mask & bit)
    return sources, tuple(_REASONS[name] for name in sources)


_TOLD = tuple(_told(mask) for mask in range(1 << len(SOURCES)))


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
    chances: Chances,
    masks: NDArray[np.uint16],
    moved: Sequence[tuple[str, ...]],
    *,
    explain: bool,
) -> tuple[Result, ...]:
    """Return the slate's slots, best first; ``moved`` empty: no rule moved any, or nobody asked."""
    told = [_TOLD[mask] for mask in masks.tolist()] if explain else [_TOLD[0]] * len(ids)
    sources, reasons = zip(*told, strict=True) if told else ((), ())
    rules = moved or [()] * len(ids)
    first = (ids, scores.tolist(), chances.told, propensities.tolist(), sources, reasons)
    columns = (*first, chances.low, chances.high, rules)
    rest = ([value] * len(ids) for value in _REST)
    # every field given: `Result` itself, which fills in defaults, takes half as long again
    return tuple(map(Result._make, zip(*columns, *rest, strict=True)))


def with_first_slot(results: tuple[Result, ...], first: tuple[float, ...]) -> tuple[Result, ...]:
    """Return the results with the chance of each to stand in the first slot."""
    pairs = zip(results, first, strict=True)
    return tuple(result._replace(first_slot_propensity=chance) for result, chance in pairs)
