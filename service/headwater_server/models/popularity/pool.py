"""How much each expert counts in a list: a logit of all of them, learned by Newton's steps."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

HALF_LIFE = 2_000.0
"""Choices until what was learned from one counts half: tastes change, and experts with them."""
DOUBT = 30.0
"""How sure the start is: as if so many choices had already been learned."""
_SPREAD_MAX = 1e6
"""A larger value is that of a model which went wrong: nothing is learned from it."""


def begin(experts: int) -> NDArray[np.float64]:
    """Return float64[1 + experts, experts]: the weights, all the same, then their precision.

    >>> begin(2)
    array([[ 0.5,  0.5],
           [30. ,  0. ],
           [ 0. , 30. ]])
    """
    return np.vstack((np.full(experts, 1.0 / experts), DOUBT * np.eye(experts)))


def begin_again(pool: NDArray[np.float64], expert: int) -> None:
    """Let another expert begin in the place of ``expert``, as at the start."""
    pool[0, expert] = 1.0 / pool.shape[1]
    pool[1:, expert] = pool[1 + expert, :] = 0.0
    pool[1 + expert, expert] = DOUBT


@njit(cache=True)
def _chances(rows, weights):
    """Return float64[n]: the softmax of the weighted sums of ``rows``."""
    found = np.zeros(len(rows))
    for i in range(len(rows)):
        for k in range(len(weights)):
            found[i] += weights[k] * rows[i, k]
    top, total = found.max(), 0.0
    for i in range(len(rows)):
        found[i] = np.exp(found[i] - top)
        total += found[i]
    for i in range(len(rows)):
        found[i] /= total
    return found


@njit(cache=True)
def _curvature(rows, chances, means, precision, weight):
    """Add ``weight`` times the covariance of the rows, by their chances, to ``precision``."""
    experts = rows.shape[1]
    apart = np.empty(experts)
    for i in range(len(rows)):
        for k in range(experts):
            apart[k] = rows[i, k] - means[k]
        part = weight * chances[i]
        for k in range(experts):
            for j in range(k + 1):
                precision[k, j] += part * apart[k] * apart[j]
    for k in range(experts):
        for j in range(k):
            precision[j, k] = precision[k, j]


@njit(cache=True)
def _solved(matrix, target):
    """Return x of ``matrix`` x = ``target``, by Cholesky; the same bits on every machine."""
    n = len(target)
    root, x = np.zeros((n, n)), target.copy()
    for k in range(n):
        for j in range(k + 1):
            rest = matrix[k, j]
            for m in range(j):
                rest -= root[k, m] * root[j, m]
            root[k, j] = np.sqrt(rest) if k == j else rest / root[j, j]
    for k in range(n):
        for j in range(k):
            x[k] -= root[k, j] * x[j]
        x[k] /= root[k, k]
    for k in range(n - 1, -1, -1):
        for j in range(k + 1, n):
            x[k] -= root[j, k] * x[j]
        x[k] /= root[k, k]
    return x


@njit(cache=True)
def learn_pooled(pool, rows, weight):
    """Learn that the first of ``rows`` float64[n, experts] was chosen, as ``weight`` of a choice.

    One step of Newton's on the loss of all choices so far, of which each fades, and the start does
    not. No expert counts below nothing: what all find worst would else be first, as soon as made-up
    visitors choose it. Where an expert is no number, nothing is learned.
    """
    if weight <= 0.0 or len(rows) == 0 or not np.abs(rows).max() < _SPREAD_MAX:
        return
    weights, precision = pool[0], pool[1:]
    experts, fading = len(weights), np.exp2(-weight / HALF_LIFE)
    chances, means, slope = _chances(rows, weights), np.zeros(experts), np.empty(experts)
    for k in range(experts):
        for i in range(len(rows)):
            means[k] += chances[i] * rows[i, k]
        drawn_back = (1.0 - fading) * DOUBT * (weights[k] - 1.0 / experts)
        slope[k] = weight * (rows[0, k] - means[k]) - drawn_back
    precision *= fading
    for k in range(experts):
        precision[k, k] += (1.0 - fading) * DOUBT
    _curvature(rows, chances, means, precision, weight)
    step = _solved(precision, slope)
    for k in range(experts):
        weights[k] = max(weights[k] + step[k], 0.0)
