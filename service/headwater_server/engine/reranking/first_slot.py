"""The chance of each candidate to stand in the first slot: what a bandit calls its propensities.

The propensities of a slate are each given the slots before. Those of the first slot are given
nothing, so that they sum to one over the candidates; a caller who shows one item only needs them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.reranking.caps import Groups
from headwater_server.engine.reranking.slots import Chance, barred_by, reserve

_LEFT = 0


class Opening(NamedTuple):
    """What may stand in the first slot: ``pin`` a row or -1, ``allowed`` bool[n]."""

    pin: int
    allowed: NDArray[np.bool_]


@njit(cache=True)
def _open(pinned, groups):
    """Return what is pinned to the first slot, and which rows may be drawn for it."""
    n = len(groups[0]) - 1
    standing = np.zeros(n, dtype=np.int8)
    reserve(pinned, standing, groups)
    allowed = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        allowed[i] = standing[i] == _LEFT and barred_by(i, groups) == 0
    return pinned[0], allowed


def opening(pinned: NDArray[np.int64], groups: Groups) -> Opening:
    """Return what pins and caps leave for the first slot."""
    pin, allowed = _open(pinned.copy(), groups.arrays)
    return Opening(int(pin), allowed)


def first_slot(
    scores: NDArray[np.float64], open_to: Opening | None, chance: Chance, draws: int
) -> NDArray[np.float64]:
    """Return float64[n], which sums to 1, or to 0 where nothing may be drawn.

    ``open_to`` None: no rule is in force. By Thompson sampling (``chance.noise``) the share of the
    last ``draws`` rows, and the one that decided, in which the row is the best.

    >>> chance = Chance(0.1, 1.0, np.uint64(1), True)
    >>> first_slot(np.log([3.0, 1.0]), None, chance, 0).round(3).tolist()
    [0.725, 0.275]
    """
    n = len(scores)
    pin, allowed = open_to or Opening(-1, np.ones(n, dtype=np.bool_))
    rows = np.array([pin]) if pin >= 0 else np.flatnonzero(allowed)
    first = np.zeros(n)
    if len(rows):
        first[rows] = _chances(scores[rows], rows, chance, draws)
    return first


def _chances(
    scores: NDArray[np.float64], rows: NDArray[np.int64], chance: Chance, draws: int
) -> NDArray[np.float64]:
    n = len(rows)
    if len(chance.noise):
        noise = np.concatenate((chance.noise[:1], chance.noise[len(chance.noise) - draws :]))
        best = np.argmax(scores + noise[:, rows], axis=1)
        shares: NDArray[np.float64] = np.bincount(best, minlength=n) / len(noise)
        return shares
    if not chance.explore:
        certain = np.zeros(n)
        certain[np.argmax(scores)] = 1.0
        return certain
    weights = np.exp((scores - scores.max()) / chance.temperature)
    mixed: NDArray[np.float64] = (1.0 - chance.epsilon) * weights / weights.sum()
    return mixed + chance.epsilon / n
