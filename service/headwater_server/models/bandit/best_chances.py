"""The chance of each action to be the best, from independent Gaussian beliefs."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

CELLS = 64
_REACH = 5.0  # deviations that count
_TINY = 1e-300


@njit(cache=True)
def _below(t):
    return 0.5 * math.erfc(-t / math.sqrt(2.0))


@njit(cache=True)
def _best_chances(means, spreads, out):
    n, low, high = len(means), -np.inf, -np.inf
    for i in range(n):
        low = max(low, means[i] - _REACH * spreads[i])
        high = max(high, means[i] + _REACH * spreads[i])
    width, logs = (high - low) / CELLS, np.empty(n)
    for cell in range(CELLS):
        begin = low + cell * width
        middle, total = begin + 0.5 * width, 0.0
        for i in range(n):
            logs[i] = math.log(max(_TINY, _below((middle - means[i]) / spreads[i])))
            total += logs[i]
        for i in range(n):
            upper = _below((begin + width - means[i]) / spreads[i])
            here = upper - _below((begin - means[i]) / spreads[i])
            if here > 0.0:
                out[i] += here * math.exp(total - logs[i])


def best_chances(means: NDArray[np.float64], spreads: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return float64[n], which sums to 1: P(v_i > v_j for all j) with v_i ~ N(mean, spread^2).

    $\int \phi_i(v) \prod_{j \ne i} \Phi_j(v)\,dv$ over 64 cells, normalised. Drawing an action by
    these numbers is Thompson sampling whose propensities are known: they are what is drawn from.

    >>> best_chances(np.array([0.0, 0.0, 9.0]), np.ones(3)).round(3).tolist()
    [0.0, 0.0, 1.0]
    >>> best_chances(np.zeros(4), np.ones(4)).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    n = len(means)
    if n == 0:
        return np.zeros(0)
    spreads = np.maximum(spreads, 1e-9 * (1.0 + float(np.abs(means).max())))
    out = np.zeros(n)
    _best_chances(means - means.max(), spreads, out)
    total = float(out.sum())
    if not total > 0.0:
        out[:] = 0.0
        out[int(np.argmax(means))] = total = 1.0
    return out / total
