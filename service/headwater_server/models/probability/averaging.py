"""Averaging experts by how well they predicted: Bayes' rule with a fixed share.

Source: M. Herbster, M. Warmuth, "Tracking the best expert", Machine Learning 32, 1998.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def _right(chance, acted):
    """Return the chance of what happened; of a part of an act, the geometric mean of both."""
    if 0.0 < acted < 1.0:
        return chance**acted * (1.0 - chance) ** (1.0 - acted)
    return chance if acted > 0.0 else 1.0 - chance


@njit(cache=True)
def _update(weights, predicted, acted, share, averages):
    experts, slots = predicted.shape
    for slot in range(slots):
        total, chance = 0.0, 0.0
        for k in range(experts):
            chance += weights[k] * predicted[k, slot]
            right = _right(predicted[k, slot], acted[slot])
            weights[k] *= right
            total += weights[k]
        # normalised after every slot, since products of chances soon underflow; the fixed share
        # keeps every weight above zero, so that an expert can come back
        for k in range(experts):
            weights[k] = (1.0 - share) * weights[k] / total + share / experts
        averages[slot] = chance


def update_weights(
    weights: NDArray[np.float64],
    predicted: NDArray[np.float64],
    acted: NDArray[Any],
    share: float,
) -> NDArray[np.float64]:
    """Update ``weights`` slot by slot; return the weighted average before each update.

    ``predicted`` float64[experts, slots] are the experts' chances, strictly between 0 and 1, and
    ``acted`` how much of an act each slot had, 0 to 1.

    >>> weights = np.array([0.5, 0.5])
    >>> update_weights(weights, np.array([[0.9], [0.1]]), np.array([True]), 0.0)
    array([0.5])
    >>> weights
    array([0.9, 0.1])
    """
    averages = np.empty(predicted.shape[1])
    _update(weights, predicted, np.asarray(acted, dtype=np.float64), share, averages)
    return averages


def average(weights: NDArray[np.float64], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64[n], the weighted average of the experts' chances, float64[experts, n]."""
    total = np.zeros(chances.shape[1])
    # expert by expert, not a matrix product: BLAS sums in an order of its own
    for weight, row in zip(weights.tolist(), chances, strict=True):
        total += weight * row
    return total


def share_of_slate(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm of each score's softmax among the scores of its slate.

    >>> share_of_slate(np.array([3.0, 3.0])).round(3).tolist()
    [-0.693, -0.693]
    """
    if len(scores) == 0:
        return scores
    top = float(scores.max())
    total = sum(math.exp(score - top) for score in scores.tolist())
    return scores - top - math.log(total)
