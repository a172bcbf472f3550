"""Averaging experts by how well they foresaw: Bayes' rule with a fixed share dealt out anew.

Source: M. Herbster, M. Warmuth, "Tracking the best expert", Machine Learning 32, 1998.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def _weigh(weights, foreseen, acted, share, told):
    experts, slots = foreseen.shape
    for slot in range(slots):
        total, chance = 0.0, 0.0
        for k in range(experts):
            chance += weights[k] * foreseen[k, slot]
            right = foreseen[k, slot] if acted[slot] else 1.0 - foreseen[k, slot]
            weights[k] *= right
            total += weights[k]
        for k in range(experts):
            weights[k] = (1.0 - share) * weights[k] / total + share / experts
        told[slot] = chance


def weigh(
    weights: NDArray[np.float64],
    foreseen: NDArray[np.float64],
    acted: NDArray[np.bool_],
    share: float,
) -> NDArray[np.float64]:
    """Move ``weights`` by what happened, slot by slot; return the mix told before each.

    ``foreseen`` float64[experts, slots] are the experts' chances, strictly between 0 and 1.

    >>> weights = np.array([0.5, 0.5])
    >>> weigh(weights, np.array([[0.9], [0.1]]), np.array([True]), 0.0)
    array([0.5])
    >>> weights
    array([0.9, 0.1])
    """
    told = np.empty(foreseen.shape[1])
    _weigh(weights, foreseen, acted, share, told)
    return told


def mixed(weights: NDArray[np.float64], chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float64[n]: the experts' chances, float64[experts, n], in the order of the experts."""
    total = np.zeros(chances.shape[1])
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
