"""What visitors without a history choose: several popularities, averaged by their own record."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START, ItemModel
from headwater_server.models.logarithms import ln
from headwater_server.models.splitmix import uniform

EXPERTS: tuple[tuple[float, float], ...] = (
    (0.0, 200.0), (0.0, 1_500.0), (0.0, 4_000.0), (0.0, 10_000.0),
    (0.3, 1_500.0), (0.3, 4_000.0), (0.3, 10_000.0),
    (0.5, 4_000.0), (0.5, 10_000.0),
)  # fmt: skip
"""(a, half-life in interactions): a visitor's n-th distinct item counts n^-a.

With a = 0 every act counts the same, and visitors who do much decide; what strangers choose first
is more like what most visitors chose first.
"""
COLUMNS = len(EXPERTS)
_POWERS = np.array([power for power, _ in EXPERTS])
_HALF_LIVES = np.array([half_life for _, half_life in EXPERTS])
RANKER = COLUMNS
"""The place of the ranker's own scores among the experts: the last."""
_ALL = COLUMNS + 1
_BEST = _ALL
"""The place in the gains of what the average gained, from which the rate follows."""
_LISTED = 20
_HALF_LIFE = 2_000.0
_JUDGED_ALL, _JUDGED_PART, _JUDGING = 2_000, 0.25, 20
_AVERAGE_MIN = 1e-300
"""Below, the average's gains have no reciprocal: so nothing was gained for millions of acts."""
_SHARE_MIN = 1e-5
"""A share of all interactions below which a popularity says little."""
_EXPONENT_MAX = 512.0
_BOLDNESS = 0.5
"""1 follows luck: where experts are about as good, the mean of all is better than the luckiest."""


@njit(cache=True)
def count_shares(strangers, item, at, weight, place):
    """Count ``weight`` of an act at ``at``: the visitor's ``place``-th distinct item, from 1."""
    values, origins, masses, _ = strangers
    for k in range(COLUMNS):
        exponent = (at - origins[k]) / _HALF_LIVES[k]
        if exponent > _EXPONENT_MAX:
            values[:, k] *= np.exp2(-exponent)
            masses[k] *= np.exp2(-exponent)
            origins[k], exponent = at, 0.0
        added = weight * np.exp2(exponent) * float(place) ** -_POWERS[k]
        values[item, k] += added
        masses[k] += added


@njit(cache=True)
def weights_of(gains):
    """Return float64[experts]: Hedge, at a rate that follows what the average gained so far."""
    weights, top, total = np.empty(_ALL), gains[:_ALL].max(), 0.0
    rate = _BOLDNESS * np.sqrt(np.log(float(_ALL)) / max(gains[_BEST], _AVERAGE_MIN))
    for k in range(_ALL):
        weights[k] = np.exp(rate * (gains[k] - top))
        total += weights[k]
    for k in range(_ALL):
        weights[k] /= total
    return weights


@njit(cache=True)
def stranger_scores(strangers, items, scores):
    """Return float64[n] of ``items`` for a stranger; ``scores`` are the ranker's.

    The weighted mean of the experts' logarithms: what a list of each has in common decides.
    """
    values, _, masses, gains = strangers
    weights, out = weights_of(gains), np.empty(len(items))
    units = np.empty(COLUMNS)
    for k in range(COLUMNS):
        units[k] = 1.0 / (_SHARE_MIN * masses[k]) if masses[k] > 0.0 else 0.0
    for i in range(len(items)):
        out[i] = weights[RANKER] * scores[i]
        for k in range(COLUMNS):
            out[i] += weights[k] * ln(1.0 + units[k] * values[items[i], k])
    return out


@njit(cache=True)
def _gain(place):
    """Return what an expert gains whose list has the chosen item there, from 0."""
    return 1.0 / np.log2(place + 2.0) if place < _LISTED else 0.0


@njit(cache=True)
def is_judged(events):
    """Whether experts are judged by a stranger's act, with so many interactions before it.

    For that all candidates are scored, which takes longer than all else that an act teaches. After
    the first ones it is one in four by chance: visitors who each act four times in order, or a
    ranker that learns from each fourth, would else decide it.
    """
    return events < _JUDGED_ALL or uniform(_JUDGING, events) < _JUDGED_PART


@njit(cache=True)
def judge(strangers, items, scores, item, weight):
    """Judge all experts by where their lists of ``items`` have the ``item`` a stranger chose.

    The gain is that of NDCG at 20, times ``weight``: what others learn from the act, 1 for all. So
    many acts the gains before fade by. Ties are in the order of ``items``. Without the item among
    them, nobody gains or loses.
    """
    values, _, _, gains = strangers
    chosen = -1
    for i in range(len(items)):
        if items[i] == item:
            chosen = i
    if chosen < 0 or weight <= 0.0:
        return
    weights, average, fading = weights_of(gains), 0.0, np.exp2(-weight / _HALF_LIFE)
    for k in range(_ALL):
        own = scores[chosen] if k == RANKER else values[item, k]
        place = 0
        for i in range(len(items)):
            other = scores[i] if k == RANKER else values[items[i], k]
            place += other > own or (other == own and i < chosen)
        gain = _gain(place)
        average += weights[k] * gain
        gains[k] = fading * gains[k] + weight * gain
    gains[_BEST] = fading * gains[_BEST] + weight * average


class Strangers(ItemModel):
    r"""Popularities by half-life and by the visitor's progress, as experts for strangers.

    Expert $k$ counts a visitor's $n$-th distinct item $n^{-a_k}$, with half-life $h_k$. The last
    expert is the ranker. After an act of a visitor without a history, an expert gains
    $w / \log_2(1 + r)$, with $r \le 20$ the rank of the chosen item on its list, whether that
    list was shown or not, and $w$ how much others learn from the act. A shop judges by each such
    act among its first 2,000 interactions, and by one in four later (`is_judged`). With the gains
    $G_k$, which halve in 2,000 judged acts, and those of the average $V$ (at the start 1),

    $$w_k \propto \exp(\tfrac12 \sqrt{\log K / V}\, G_k), \qquad
      s_y = \sum_k w_k \log(1 + 10^5\, p_k(y)) + w_K\, s^{ranker}_y$$

    References
    ----------
    Y. Freund, R. Schapire, "A decision-theoretic generalization of on-line learning", 1997 (Hedge);
    P. Auer et al., "Adaptive and self-confident on-line learning algorithms", 2002 (the rate).

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
    _state = ("_values", "_origins", "_masses", "_gains", "_at")

    def __init__(self) -> None:
        super().__init__()
        self._values = np.zeros((CAPACITY_START, COLUMNS))
        self._origins = np.zeros(COLUMNS)
        self._masses = np.zeros(COLUMNS)
        self._gains = np.zeros(_ALL + 1)
        self._gains[_BEST] = 1.0
        self._at = 0.0

    @property
    def counted(self) -> tuple[NDArray[np.float64], ...]:
        """As kernels take it: stored values by item, origins, masses, gains."""
        return self._values, self._origins, self._masses, self._gains

    @property
    def stored(self) -> NDArray[np.float64]:
        """float64[items, experts]: their order is that of the popularities."""
        return self._values

    @property
    def origins(self) -> NDArray[np.float64]:
        """float64[experts]: the times at which a stored value is a current one."""
        return self._origins

    @property
    def weights(self) -> NDArray[np.float64]:
        """float64[experts]: how much each one counts now; the ranker is the last."""
        weights: NDArray[np.float64] = weights_of(self._gains)
        return weights

    def begin_ranker(self) -> None:
        """Give another ranker the mean record of the others: it has none of its own yet."""
        self._gains[RANKER] = self._gains[:RANKER].mean()

    def go_on(self, at: float) -> None:
        """Move to ``at``: so many interactions were learned."""
        self._at = at

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the counts of ``items``, whose numbers will be reused."""
        # in a fixed order, and never below what is left
        self._masses[:] = np.maximum(self._masses - self._values[items].sum(axis=0), 0.0)
        super().forget(items)

    def scores(self, items: NDArray[np.int32], scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return float64[n] of ``items`` for a stranger; ``scores`` are the ranker's. A read."""
        found: NDArray[np.float64] = stranger_scores(self.counted, items, scores)
        return found

    def learn(self, history: NDArray[np.int32], item: int, **context: Any) -> None:
        """Learn an interaction with ``item``; that of a stranger judges the experts first."""
        if len(history) == 0:
            known = np.flatnonzero(self._values.any(axis=1)).astype(np.int32)
            judge(self.counted, known, np.zeros(len(known)), item, 1.0)
        self.go_on(self._at + 1.0)
        count_shares(self.counted, item, self._at, 1.0, len(history) + 1)

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the score of ``item`` for a stranger, for whom no ranker says anything."""
        return float(self.scores(np.array([item], dtype=np.int32), np.zeros(1))[0])
