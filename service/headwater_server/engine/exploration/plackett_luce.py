"""Slots drawn one by one by softmax (Plackett and Luce), each with its exact propensity."""

from __future__ import annotations

import hashlib

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.splitmix import uniform

_TINY = 1e-250
"""Sum of weights below which they are computed again, relative to the best of the rest."""
_NO_ROWS, _NO_VALUES = np.zeros(0, dtype=np.int64), np.zeros((0, 0))


@njit(cache=True)
def fill_slots(scores, slots, epsilon, temperature, seed, chosen, propensities):
    """Fill ``chosen`` with row numbers and ``propensities`` with each one's chance."""
    weights = np.empty(len(scores))
    _weigh(scores, temperature, weights)
    nothing = np.empty(0)
    given = _NO_ROWS, _NO_VALUES, nothing
    _fill(scores, weights, slots, epsilon, temperature, seed, given, chosen, propensities)


@njit(cache=True)
def _weigh(scores, temperature, weights):
    # relative to the best score, so that no exponential overflows
    top = scores.max()
    for i in range(len(scores)):
        weights[i] = np.exp((scores[i] - top) / temperature)


@njit(cache=True)
def _total(scores, left, temperature, weights):
    """Return the sum of the weights of those left, which are written again if it is too small."""
    # summed again for each slot: subtracting the drawn weight would lose the digits of the rest
    total = 0.0
    for i in range(len(scores)):
        if left[i]:
            total += weights[i]
    if total >= _TINY:
        return total
    top, total = -np.inf, 0.0
    for i in range(len(scores)):
        if left[i]:
            top = max(top, scores[i])
    for i in range(len(scores)):
        if left[i]:
            weights[i] = np.exp((scores[i] - top) / temperature)
            total += weights[i]
    return total


@njit(cache=True)
def _fill(scores, weights, slots, epsilon, temperature, seed, given, chosen, propensities):
    """Fill the slots.

    ``given``: the rows of the first slots (-1: no candidate, it takes the slot with the chance 0);
    values of each candidate by slot, and the mean of what may be drawn there.
    """
    taken, values, means = given
    n = len(scores)
    left, count = np.ones(n, dtype=np.bool_), n
    for slot in range(slots):
        total = _total(scores, left, temperature, weights)
        even = epsilon / max(1, count)
        if slot < len(values):
            means[slot] = _mean(values[slot], weights, left, total, even, epsilon)
        if slot < len(taken):
            pick = taken[slot]
        else:
            pick = _drawn(weights, left, total, even, epsilon, uniform(seed, slot))
        chosen[slot], propensities[slot] = pick, 0.0
        if pick >= 0 and left[pick]:
            propensities[slot] = (1.0 - epsilon) * weights[pick] / total + even
            left[pick] = False
            count -= 1


@njit(cache=True)
def _mean(values, weights, left, total, even, epsilon):
    mean = 0.0
    for i in range(len(values)):
        if left[i]:
            mean += ((1.0 - epsilon) * weights[i] / total + even) * values[i]
    return mean


@njit(cache=True)
def _drawn(weights, left, total, even, epsilon, draw):
    pick, passed = -1, 0.0
    for i in range(len(weights)):
        if left[i]:
            # set before the comparison: if rounding leaves the sum just below the draw, the
            # last one is taken
            pick = i
            passed += (1.0 - epsilon) * weights[i] / total + even
            if draw < passed:
                break
    return pick


@njit(cache=True)
def chances_of_slate(scores, taken, epsilon, temperature, chances):
    """Write the chance of each slot's row given the rows before it."""
    weights, nothing = np.empty(len(scores)), np.empty(0)
    _weigh(scores, temperature, weights)
    chosen, given = np.empty(len(taken), dtype=np.int64), (taken, _NO_VALUES, nothing)
    _fill(scores, weights, len(taken), epsilon, temperature, np.uint64(0), given, chosen, chances)


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


def slate_chances(
    scores: NDArray[np.float64],
    taken: NDArray[np.int64],
    epsilon: float,
    temperature: float,
    values: NDArray[np.float64] = _NO_VALUES,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the chance of each slot's row given the rows before it: `draw_slate`'s propensities.

    And the mean of ``values``, float64[slots, n] or nothing, over what may be drawn in each slot. A
    row of -1 is no candidate: its chance is 0, and the slots after it are as if it were one.

    >>> chances, _ = slate_chances(np.log([3.0, 1.0]), np.array([1, -1, 0]), 0.0, 1.0)
    >>> chances.round(6).tolist()
    [0.25, 0.0, 1.0]
    """
    chosen, chances = np.empty(len(taken), dtype=np.int64), np.zeros(len(taken))
    means = np.zeros(len(values))
    if len(scores) and len(taken):
        weights = np.empty(len(scores))
        _weigh(scores, temperature, weights)
        given = taken, values, means
        args = len(taken), epsilon, temperature, np.uint64(0), given
        _fill(scores, weights, *args, chosen, chances)
    return chances, means


@njit(cache=True)
def _best_chances(scores, taken, values, means, chances):
    left = np.ones(len(scores), dtype=np.bool_)
    for slot in range(len(taken)):
        best = -1
        for i in range(len(scores)):
            if left[i] and (best < 0 or scores[i] > scores[best]):
                best = i
        if best >= 0 and slot < len(values):
            means[slot] = values[slot, best]
        pick = taken[slot]
        chances[slot] = 1.0 if 0 <= pick == best else 0.0
        if pick >= 0:
            left[pick] = False


def best_chances(
    scores: NDArray[np.float64],
    taken: NDArray[np.int64],
    values: NDArray[np.float64] = _NO_VALUES,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what `slate_chances` does, of `best_slate`: 1 for the best of the rest, 0 for others.

    >>> best_chances(np.array([1.0, 3.0, 3.0]), np.array([1, 0, 2]))[0].tolist()
    [1.0, 0.0, 1.0]
    """
    chances, means = np.zeros(len(taken)), np.zeros(len(values))
    _best_chances(scores, taken, values, means, chances)
    return chances, means
