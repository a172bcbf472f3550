"""From scored candidates to the slate: slots are drawn, results are told."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import best_slate, draw_slate, seed_of
from headwater_server.engine.requests import RecommendRequest, Result
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.evidence import SOURCES
from headwater_server.models.probability import ProbabilityHead

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


def _told(mask: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    sources = tuple(name for bit, name in SOURCES.items() if mask & bit)
    return sources, tuple(_REASONS[name] for name in sources)


_TOLD = tuple(_told(mask) for mask in range(1 << len(SOURCES)))


def policy_of(request: RecommendRequest) -> str:
    """Return the name of the policy that fills this request's slots."""
    return EXPLORING if request.explore else BEST


def draw(
    scores: NDArray[np.float64], request: RecommendRequest, settings: EngineSettings
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (rows of the candidates for each slot, their propensities)."""
    if not request.explore:
        return best_slate(scores, request.page_size)
    epsilon, temperature = settings.exploration_epsilon, settings.exploration_temperature
    seed = seed_of(request.recommendation_id)
    return draw_slate(scores, request.page_size, epsilon, temperature, seed)


def probability_rows(
    scores: NDArray[np.float64], positions: NDArray[Any], history_length: int
) -> NDArray[np.float64]:
    """Return float64[n, 3]: what the probability head looks at (`probability.FEATURES`)."""
    rows = np.empty((len(scores), 3))
    rows[:, 0] = scores
    rows[:, 1] = np.log(positions)
    rows[:, 2] = np.log1p(history_length)
    return rows


def chances(
    head: ProbabilityHead, scores: NDArray[np.float64], history_length: int
) -> list[float] | list[None]:
    """Return the chance of an act for each slot, None as long as too little was reported."""
    if not head.is_ready:
        return [None] * len(scores)
    positions = np.arange(1, len(scores) + 1)
    rows = probability_rows(scores, positions, history_length)
    told: list[float] = head.score_many(rows).tolist()
    return told


def results(
    ids: list[str],
    scores: NDArray[np.float64],
    propensities: NDArray[np.float64],
    probabilities: list[float] | list[None],
    masks: NDArray[np.uint16],
    *,
    explain: bool,
) -> tuple[Result, ...]:
    """Return the slate's slots, best first."""
    told = [_TOLD[mask] for mask in masks.tolist()] if explain else [_TOLD[0]] * len(ids)
    sources, reasons = zip(*told, strict=True) if told else ((), ())
    columns = (ids, scores.tolist(), probabilities, propensities.tolist(), sources, reasons)
    return tuple(map(Result._make, zip(*columns, strict=True)))
