"""When an item is due again: the time since the last interaction against the item's cycle."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models import evidence as ev
from headwater_server.models.base import CAPACITY_START, ItemModel

PRIOR = 5.0
"""Returns as if seen before, at the shop's mean and variance."""
_STEP_MIN = 0.001  # the shop's moments follow the last thousand returns or so
_LEAST = -8.0
"""Least log density: otherwise one odd return would make the feature very large."""


@njit(cache=True, _nrt=False)
def _due(log_age, own, shop):
    """Return the log density of a return after this time, for one item."""
    n, mean, spread = own
    shop_mean, shop_variance = shop[1], shop[2]
    centre = (n * mean + PRIOR * shop_mean) / (n + PRIOR)
    shift = mean - shop_mean
    between = n * PRIOR / (n + PRIOR) * shift * shift
    # pooled variance: within the item, within the prior, and between their two means; the last
    # term keeps it from zero where all visitors return after the same time
    variance = (spread + PRIOR * shop_variance + between) / (n + PRIOR) + 0.05
    gap = log_age - centre
    return max(_LEAST, -0.5 * (gap * gap / variance + np.log(variance)))


@njit(cache=True, _nrt=False)
def accumulate_due(counted, history, ages_s, scratch):
    """Write how due each item of ``history`` is, ``ages_s`` after the last interaction."""
    moments, shop = counted
    out, rows = scratch[0], scratch[4]
    ev.add_rows(scratch, history, 0)  # a row to write to, not a proposal of this source
    for z in range(len(history)):
        age = np.log(1.0 + max(0.0, ages_s[z]))
        out[rows[z], ev.OWN_DUE] = np.float32(_due(age, moments[history[z]], shop))


@njit(cache=True, _nrt=False)
def count_return(counted, item, age_s, weight):
    """Count ``weight`` of a return to ``item`` after ``age_s``: the moments of item and shop.

    Welford's update, with West's weights (1979): a sum of squares minus a squared sum would lose
    its digits.
    """
    moments, shop = counted
    own, log_age = moments[item], math.log1p(max(0.0, age_s))
    own[0] += weight
    gap = weight * (log_age - own[1])
    own[1] += gap / own[0]
    own[2] += gap * (log_age - own[1])
    shop[0] += weight
    step = weight * max(_STEP_MIN, 1.0 / (shop[0] + PRIOR))
    gap = log_age - shop[1]
    shop[1] += step * gap
    shop[2] = (1.0 - step) * (shop[2] + step * gap * gap)


class Cycles(ItemModel):
    r"""The log-normal time after which visitors come back to an item.

    With $a$ the seconds since the visitor's last interaction, $m$ and $v$ mean and variance of
    $\log(1 + a)$ at the returns to this item, both shrunk to the shop's as if by 5 returns,

    $$s(y) = -\tfrac12 \left( (\log(1 + a) - m_y)^2 / v_y + \log v_y \right).$$

    References
    ----------
    R. Bhagat et al., "Buy it again: modeling repeat purchase recommendations", KDD 2018.

    Examples
    --------
    >>> model = Cycles()
    >>> bread = np.array([0], dtype=np.int32)
    >>> for _ in range(20):
    ...     model.learn(bread, 0, age_s=86_400.0)
    >>> model.due(0, 86_400.0) > model.due(0, 60.0)
    True
    """

    _item_arrays = ("_moments",)
    _state = ("_moments", "_shop")

    def __init__(self) -> None:
        super().__init__()
        self._moments = np.zeros((CAPACITY_START, 3))
        self._shop = np.array([0.0, 10.0, 9.0])

    def learn(
        self, history: NDArray[np.int32], item: int, age_s: float | None = None, **context: Any
    ) -> None:
        """Learn a return to ``item`` after ``age_s``; None: no return, or at an unknown time."""
        if age_s is None:
            return
        count_return(self.counted, item, age_s, 1.0)

    @property
    def counted(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """As kernels take it: moments of each item's returns, and the shop's."""
        return self._moments, self._shop

    def due(self, item: int, age_s: float) -> float:
        """Return the log density of a return to ``item`` after ``age_s``."""
        return float(_due(float(np.log1p(age_s)), self._moments[item], self._shop))

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return how due ``item`` is after a day; 0 if it is not in the history."""
        return self.due(item, 86_400.0) if item in history else 0.0
