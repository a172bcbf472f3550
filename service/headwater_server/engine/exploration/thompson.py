"""Thompson sampling: each slot goes to the best item of a draw from the posterior.

Source: D. Russo, B. Van Roy, A. Kazerouni, I. Osband, Z. Wen, "A tutorial on Thompson sampling",
Foundations and Trends in Machine Learning 11(1), 2018.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.exploration.plackett_luce import seed_of
from headwater_server.engine.exploration.slot_probabilities import slot_features
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.setting_values.rankers import answering
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.probability.averaging import share_of_slate
from headwater_server.models.probability.probability import ProbabilityHead
from headwater_server.models.splitmix import normal

THOMPSON = "thompson"
DRAWS = 200
"""Draws that each propensity is estimated from, so that it is at least 1 in 201."""


def applies(head: ProbabilityHead, request: RecommendRequest, settings: EngineSettings) -> bool:
    """Whether slots are drawn so: the settings select it, and enough impressions were reported.

    Not by another ranker than the champion, of whose scores the chances are.
    """
    is_selected = request.explore and settings.exploration_policy == THOMPSON
    return is_selected and head.is_ready and not answering(settings)


@njit(cache=True)
def _sample(values, means, spreads, own_means, own_spreads, seed, out):
    n, features = values.shape
    weights = np.empty(features)
    # A draw's counter depends on its row and place only, so that the same request repeats it. The
    # sum of a row runs in the order of the features, as everywhere.
    for row in range(len(out)):
        first = row * (n + features)
        for j in range(features):
            weights[j] = means[j] + spreads[j] * normal(seed, first + j)
        for i in range(n):
            total = own_means[i] + own_spreads[i] * normal(seed, first + features + i)
            for j in range(features):
                total += weights[j] * values[i, j]
            out[row, i] = total


def sampled_scores(
    head: ProbabilityHead,
    scores: NDArray[np.float64],
    items: NDArray[np.int32],
    history: History,
    request: RecommendRequest,
    settings: EngineSettings,
    draws: int = DRAWS,
) -> NDArray[np.float64] | None:
    """Return float64[slots + draws, n]: draws of the candidates' Φ⁻¹(chance), up to a constant.

    None if another policy fills the slots. One row decides each slot; the other rows estimate its
    propensity. In a row the features' weights are drawn once for all candidates, each item's own
    weight separately: an item that was never shown has the full deviation of its prior. The seed
    depends on the recommendation id alone.
    """
    if not applies(head, request, settings):
        return None
    dense = slot_features(scores, share_of_slate(scores), np.ones(len(items)), len(history.items))
    values, means, variances, own_means, own_variances = head.posterior_many(dense, items)
    out = np.empty((min(request.page_size, len(items)) + draws, len(items)))
    seed = np.uint64(seed_of(request.recommendation_id))
    _sample(values, means, np.sqrt(variances), own_means, np.sqrt(own_variances), seed, out)
    return out


def noise_of(
    sampled: NDArray[np.float64], scores: NDArray[np.float64], least: float
) -> NDArray[np.float64]:
    """Return float64[slots + DRAWS, n]: the difference of the draws and ``scores``, in their unit.

    Rules use that unit. So the draws' means over all rows are scaled to the scores' mean and
    deviation over the candidates, with ``least`` as the smallest deviation: if all scores are
    similar, as for new items, the draws decide.

    >>> noise_of(np.array([[0.0, 1.0], [0.0, 3.0]]), np.array([5.0, 7.0]), least=0.2).tolist()
    [[0.0, -1.0], [0.0, 1.0]]
    """
    means = sampled.mean(axis=0)
    deviation = float(means.std())
    unit = max(least, float(scores.std())) / deviation if deviation > 0.0 else 1.0
    noise: NDArray[np.float64] = (sampled - means.mean()) * unit + scores.mean() - scores
    return noise


@njit(cache=True)
def best_left(values, noise, left):
    """Return the candidate that is the best of those ``left`` under one draw, -1 if none is."""
    best = -1
    for i in range(len(values)):
        if left[i] and (best < 0 or values[i] + noise[i] > values[best] + noise[best]):
            best = i
    return best


@njit(cache=True)
def pick(values, noise, slot, slots, left):
    """Return (row, propensity) of one slot, from candidates that are ``left`` (bool[n]).

    ``values`` float64[n] are the current scores, ``noise`` the terms that each draw adds: row
    ``slot`` decides. The propensity is c / draws. c counts the draws after the first ``slots`` rows
    in which the same candidate is the best of those left: an estimate of the chance given the
    slots before. If c is 0, it is 1 / (draws + 1), never 0. Without draws to count, it is 1.
    """
    chosen, same, draws = best_left(values, noise[slot], left), 0, len(noise) - slots
    if draws == 0:
        return chosen, 1.0
    for row in range(slots, len(noise)):
        same += best_left(values, noise[row], left) == chosen
    return chosen, max(same / draws, 1.0 / (draws + 1.0))


@njit(cache=True)
def _fill(sampled, chosen, propensities):
    left = np.ones(sampled.shape[1], dtype=np.bool_)
    nothing = np.zeros(sampled.shape[1])
    for slot in range(len(chosen)):
        chosen[slot], propensities[slot] = pick(nothing, sampled, slot, len(chosen), left)
        left[chosen[slot]] = False


def draw_slate(
    sampled: NDArray[np.float64], slots: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return (rows chosen, estimated propensities), both of length min(slots, candidates).

    >>> rows, propensities = draw_slate(np.array([[0.0, 1.0], [2.0, 0.0], [0.0, 3.0]]), 1)
    >>> rows.tolist(), propensities.round(3).tolist()
    ([1], [0.5])
    """
    count = min(slots, sampled.shape[1])
    chosen, propensities = np.empty(count, dtype=np.int64), np.empty(count)
    _fill(sampled, chosen, propensities)
    return chosen, propensities
