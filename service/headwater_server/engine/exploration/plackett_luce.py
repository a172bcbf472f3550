"""Slots drawn one by one by softmax (Plackett and Luce), each with its exact propensity."""

from __future__ import annotations

import hashlib

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.splitmix import uniform

_TINY = 1e-250
"""Sum of weights below which they are computed again, relative to the best of the rest."""


@njit(cache=True)
def fill_slots(scores, slots, epsilon, temperature, seed, chosen, propensities):
    """Fill ``chosen`` with row numbers and ``propensities`` with each one's chance."""
    n = len(scores)
    left = np.ones(n, dtype=np.bool_)
    weights = np.empty(n)
    # relative to the best score, so that no exponential overflows
    top = scores.max()
    for i in range(n):
        weights[i] = np.exp((scores[i] - top) / temperature)
    for slot in range(slots):
        # summed again for each slot: subtracting the drawn weight would lose the digits of the rest
        total = 0.0
        for i in range(n):
            if left[i]:
                total += weights[i]
        if total < _TINY:
            top = -np.inf
            for i in range(n):
                if left[i]:
                    top = max(top, scores[i])
            total = 0.0
            for i in range(n):
                if left[i]:
                    weights[i] = np.exp((scores[i] - top) / temperature)
                    total += weights[i]
        draw = uniform(seed, slot)
        even = epsilon / (n - slot)
        pick, passed = -1, 0.0
        for i in range(n):
            if left[i]:
                # set before the comparison: if rounding leaves the sum just below the draw, the
                # last one is taken
                pick = i
                passed += (1.0 - epsilon) * weights[i] / total + even
                if draw < passed:
                    break
        chosen[slot] = pick
        propensities[slot] = (1.0 - epsilon) * weights[pick] / total + even
        left[pick] = False


def seed_of(recommendation_id: str) -> int:
    """Return the seed, 64 bits, which depends on the id alone."""
    digest = hashlib.blake2b(recommendation_id.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


def draw_slate(
    scores: NDArray[np.float64], slots: int, epsilon: float, temperature: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    r"""Return (rows chosen, propensities), both of length min(slots, len(scores)).

    Slot by slot, item $i$ of those left is drawn with probability
    $(1 - \epsilon)\, e^{s_i / T} / \sum_j e^{s_j / T} + \epsilon / n_{left}$: Plackett and Luce
    mixed with the uniform. The same seed draws the same slate.

    >>> rows, chances = draw_slate(np.array([0.0, 9.0]), 2, 0.0, 0.1, seed=1)
    >>> rows.tolist(), chances.round(6).tolist()
    ([1, 0], [1.0, 1.0])
    """
    count = min(slots, len(scores))
    chosen, propensities = np.empty(count, dtype=np.int64), np.empty(count)
    if count:
        args = (count, epsilon, temperature, np.uint64(seed))
        fill_slots(scores, *args, chosen, propensities)
    return chosen, propensities


def best_slate(
    scores: NDArray[np.float64], slots: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the best rows, ties in row order, each put there with certainty.

    >>> best_slate(np.array([1.0, 3.0, 3.0]), 2)[0].tolist()
    [1, 2]
    """
    chosen = np.argsort(-scores, kind="stable")[:slots]
    return chosen, np.ones(len(chosen))
