"""The chance of each candidate to get the first slot: a contextual bandit's propensities.

Each propensity of a slate is conditional on the slots before. Those of the first slot are not
conditional, so they sum to one over the candidates; a caller that shows one item needs them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.reranking.caps import Groups
from headwater_server.engine.reranking.drawing.allowed import LEFT, barred_by, reserve
from headwater_server.engine.reranking.drawing.slots import DrawParameters


class FirstSlotChoices(NamedTuple):
    """The candidates of the first slot: ``pin`` a row or -1, ``allowed`` bool[n]."""

    pin: int
    allowed: NDArray[np.bool_]


@njit(cache=True)
def _open(pinned, groups):
    """Return the pin of the first slot, and which rows may be drawn for it."""
    n = len(groups[0]) - 1
    status = np.zeros(n, dtype=np.int8)
    reserve(pinned, status, groups)
    allowed = np.zeros(n, dtype=np.bool_)
    for i in range(n):
        allowed[i] = status[i] == LEFT and barred_by(i, groups) == 0
    return pinned[0], allowed


def first_slot_choices(pinned: NDArray[np.int64], groups: Groups) -> FirstSlotChoices:
    """Return what pins and caps allow in the first slot."""
    pin, allowed = _open(pinned.copy(), groups.arrays)
    return FirstSlotChoices(int(pin), allowed)


def first_slot(
    scores: NDArray[np.float64], choices: FirstSlotChoices | None, draw: DrawParameters, draws: int
) -> NDArray[np.float64]:
    """Return float64[n], which sums to 1, or to 0 if nothing may be drawn.

    ``choices`` None: no rule applies. By Thompson sampling (``draw.noise``) the share of the
    last ``draws`` rows, and the one that decided, in which the row is the best.

    >>> draw = DrawParameters(0.1, 1.0, np.uint64(1), True)
    >>> first_slot(np.log([3.0, 1.0]), None, draw, 0).round(3).tolist()
    [0.725, 0.275]
    """
    n = len(scores)
    pin, allowed = choices or FirstSlotChoices(-1, np.ones(n, dtype=np.bool_))
    rows = np.array([pin]) if pin >= 0 else np.flatnonzero(allowed)
    first = np.zeros(n)
    if len(rows):
        first[rows] = _chances(scores[rows], rows, draw, draws)
    return first


def _chances(
    scores: NDArray[np.float64], rows: NDArray[np.int64], draw: DrawParameters, draws: int
) -> NDArray[np.float64]:
    n = len(rows)
    if len(draw.noise):
        noise = np.concatenate((draw.noise[:1], draw.noise[len(draw.noise) - draws :]))
        best = np.argmax(scores + noise[:, rows], axis=1)
        shares: NDArray[np.float64] = np.bincount(best, minlength=n) / len(noise)
        return shares
    if not draw.explore:
        certain = np.zeros(n)
        certain[np.argmax(scores)] = 1.0
        return certain
    weights = np.exp((scores - scores.max()) / draw.temperature)
    mixed: NDArray[np.float64] = (1.0 - draw.epsilon) * weights / weights.sum()
    return mixed + draw.epsilon / n
