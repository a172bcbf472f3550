"""What visitors without a history choose: several popularities, weighted by their own record."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START, ItemModel
from headwater_server.models.logarithms import ln
from headwater_server.models.popularity.pool import begin, begin_again, learn_pooled

EXPERTS: tuple[tuple[float, float], ...] = (
    (0.0, 10.0), (0.0, 100.0), (0.0, 1_000.0),
    (0.5, 10.0), (0.5, 100.0), (0.5, 1_000.0),
)  # fmt: skip
"""(a, half-life in visitors): a visitor's n-th distinct item counts n^-a.

With a = 0 every act counts the same, and visitors who do much decide; what strangers choose first
is more like what most visitors chose first. A stranger is the next visitor, so the visitors who
came since are the age of an act, whether a visit is of two acts or of two hundred.
"""
COLUMNS = len(EXPERTS)
_POWERS = np.array([power for power, _ in EXPERTS])
_HALF_LIVES = np.array([half_life for _, half_life in EXPERTS])
RANKER = COLUMNS
"""The place of the ranker's own scores among the experts: the last."""
_ALL = COLUMNS + 1
_PER_ACT = 4.0
"""An item nobody chose is taken for a fourth of one chosen once: the logarithm needs some."""
_EXPONENT_MAX = 512.0


@njit(cache=True)
def count_shares(strangers, item, weight, place):
    """Count ``weight`` of an act: the visitor's ``place``-th distinct item, from 1.

    With the first one more visitor has come. One whose act others learn less from, as one of many
    of a source, is less than one.
    """
    values, origins, _, visitors = strangers
    if place == 1:
        visitors[0] += min(weight, 1.0)
    for k in range(COLUMNS):
        exponent = (visitors[0] - origins[k]) / _HALF_LIVES[k]
        if exponent > _EXPONENT_MAX:
            values[:, k] *= np.exp2(-exponent)
            origins[k], exponent = visitors[0], 0.0
        values[item, k] += weight * np.exp2(exponent) * float(place) ** -_POWERS[k]


@njit(cache=True)
def _units(origins, visitors):
    """Return float64[popularities]: what turns a stored value into a count, times `_PER_ACT`."""
    units = np.empty(COLUMNS)
    for k in range(COLUMNS):
        units[k] = _PER_ACT * np.exp2((origins[k] - visitors[0]) / _HALF_LIVES[k])
    return units


@njit(cache=True)
def stranger_scores(strangers, items, scores):
    """Return float64[n] of ``items`` for a stranger; ``scores`` are the ranker's.

    The weighted sum of the experts' logarithms: what a list of each has in common decides.
    """
    values, origins, pool, visitors = strangers
    weights, units, out = pool[0], _units(origins, visitors), np.empty(len(items))
    for i in range(len(items)):
        out[i] = weights[RANKER] * scores[i]
        for k in range(COLUMNS):
            out[i] += weights[k] * ln(1.0 + units[k] * values[items[i], k])
    return out


@njit(cache=True)
def learn_stranger(strangers, items, scores, weight):
    """Learn that a stranger chose the first of ``items``, whose ``scores`` are the ranker's.

    ``weight`` is what others learn from the act, 1 for all.
    """
    values, origins, pool, visitors = strangers
    units, rows = _units(origins, visitors), np.empty((len(items), _ALL))
    for i in range(len(items)):
        rows[i, RANKER] = scores[i]
        for k in range(COLUMNS):
            rows[i, k] = ln(1.0 + units[k] * values[items[i], k])
    learn_pooled(pool, rows, weight)


class Strangers(ItemModel):
    r"""Popularities by half-life and by the visitor's progress, as experts for strangers.

    Expert $k$ counts a visitor's $n$-th distinct item $n^{-a_k}$, halved whenever $h_k$ more
    visitors came: $c_k(y)$. The last expert is the ranker. A stranger's list is in the order of

    $$s_y = \sum_k \theta_k \log(1 + 4\, c_k(y)) + \theta_K\, s^{ranker}_y
          = \theta \cdot x_y$$

    The weights begin as the mean, $\theta_0 = 1 / K$. When a visitor without a history chose $y$
    among up to 60 others drawn from the candidates, whether they were shown or not, with
    $q = \mathrm{softmax}(\theta \cdot x)$, $w$ how much others learn from the act, and
    $f = 2^{-w / 2000}$:

    $$P \leftarrow f P + (1 - f) \lambda I + w \operatorname{Cov}_q x, \qquad
      \theta \leftarrow \theta + P^{-1} \big(w (x_y - \operatorname{E}_q x)
                            - (1 - f) \lambda (\theta - \theta_0)\big)$$

    with $\lambda = 30$, and no $\theta_k$ below 0: a Newton step each, so no rate is chosen for a
    shop.

    References
    ----------
    G. Hinton, "Products of experts", 1999 (the weighted logarithms); E. Hazan, A. Agarwal, S. Kale,
    "Logarithmic regret algorithms for online convex optimization", 2007 (online Newton steps).

    Examples
    --------
    >>> model = Strangers()
    >>> for visitor in ["ann", "bob", "eve"]:
    ...     model.learn_one(visitor, "bread")
    ...     model.learn_one("ann", visitor)
    >>> model.predict_one("new", "bread") > model.predict_one("new", "eve")
    True
    """

    _item_arrays = ("_values",)
    _state = ("_values", "_origins", "_pool", "_visitors")

    def __init__(self) -> None:
        super().__init__()
        self._values = np.zeros((CAPACITY_START, COLUMNS))
        self._origins = np.zeros(COLUMNS)
        self._pool = begin(_ALL)
        self._visitors = np.zeros(1)

    @property
    def counted(self) -> tuple[NDArray[np.float64], ...]:
        """As kernels take it: stored values by item, origins, pool, visitors so far."""
        return self._values, self._origins, self._pool, self._visitors

    @property
    def stored(self) -> NDArray[np.float64]:
        """float64[items, experts]: their order is that of the popularities."""
        return self._values

    @property
    def origins(self) -> NDArray[np.float64]:
        """float64[popularities]: the visitors at which a stored value is a current one."""
        return self._origins

    @property
    def weights(self) -> NDArray[np.float64]:
        """float64[experts]: how much each one counts now; the ranker is the last."""
        weights: NDArray[np.float64] = self._pool[0]
        return weights

    def begin_ranker(self) -> None:
        """Let another ranker begin as at the start: it has no record of its own yet."""
        begin_again(self._pool, RANKER)

    def scores(self, items: NDArray[np.int32], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n] of ``items`` for a stranger; ``scores`` are the ranker's. A read."""
        found: NDArray[np.float64] = stranger_scores(self.counted, items, scores)
        return found

    def learn(self, history: NDArray[np.int32], item: int, **context: Any) -> None:
        """Learn an interaction with ``item``; from a stranger's, how much the experts count."""
        if len(history) == 0 and self._values[item].any():
            known = np.flatnonzero(self._values.any(axis=1)).astype(np.int32)
            items = np.append(np.int32(item), known[known != item]).astype(np.int32)
            learn_stranger(self.counted, items, np.zeros(len(items)), 1.0)
        count_shares(self.counted, item, 1.0, len(history) + 1)

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the score of ``item`` for a stranger, for whom no ranker says anything."""
        return float(self.scores(np.array([item], dtype=np.int32), np.zeros(1))[0])
