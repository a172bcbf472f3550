"""Popularity with exponential decay, at several half-lives at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START, ItemModel

_EXPONENT_MAX = 512.0


@njit(cache=True)
def count_popularity(counted, item, at, weight):
    """Add an interaction: ``weight`` 2^(t/h), t from the origin of each half-life to ``at``."""
    values, origins, lengths = counted
    for column in range(len(lengths)):
        exponent = (at - origins[column]) / lengths[column]
        if exponent > _EXPONENT_MAX:
            values[:, column] *= np.exp2(-exponent)
            origins[column], exponent = at, 0.0
        values[item, column] += weight * np.exp2(exponent)


@njit(cache=True)
def fading_at(counted, at):
    """Return float64[half-lives]: 2^(-t/h), which turns a stored value into a current one."""
    _, origins, lengths = counted
    factors = np.empty(len(lengths))
    for column in range(len(lengths)):
        factors[column] = np.exp2(-((at - origins[column]) / lengths[column]))
    return factors


class Popularity(ItemModel):
    r"""How often an item was chosen recently, for each of several half-lives.

    $$p_h(y) = \sum_{i\,:\,y_i = y} 2^{-(t - t_i) / h}$$

    Stored values are $p_h \cdot 2^{t/h}$, so that an interaction changes one number and no
    other item is visited; before $2^{t/h}$ can overflow, all values are divided by it.

    Parameters
    ----------
    half_lives
        In the unit of `learn`'s ``at``: events, or seconds of the engine's clock.

    References
    ----------
    G. Cormode et al., "Forward decay: a practical time decay model for streaming systems",
    ICDE 2009.

    Examples
    --------
    >>> model = Popularity(half_lives=(2.0,))
    >>> for item in ["a", "b", "b", "c"]:
    ...     model.learn_one("ann", item)
    >>> model.predict_one("bob", "b") > model.predict_one("bob", "a")
    True
    """

    _item_arrays = ("_values",)
    _state = ("_values", "_origins", "_at")

    def __init__(self, half_lives: tuple[float, ...] = (40.0, 200.0, 1500.0, 10_000.0)) -> None:
        super().__init__()
        self.half_lives = half_lives
        self._lengths = np.array(half_lives)
        self._values = np.zeros((CAPACITY_START, len(half_lives)))
        self._origins = np.zeros(len(half_lives))
        self._at = 0.0
        self._faded_at, self._faded = -1.0, np.ones(len(half_lives))

    def learn(
        self, history: NDArray[np.int32], item: int, at: float | None = None, **context: Any
    ) -> None:
        """Learn an interaction with ``item`` at ``at``, not before the last; absent: 1 later."""
        self.go_on(self._at + 1.0 if at is None else max(at, self._at))
        count_popularity(self.counted, item, self._at, 1.0)

    def go_on(self, at: float) -> None:
        """Move to ``at``, the time of the last interaction."""
        self._at = at

    def set_back(self, at: float) -> None:
        """Go on from ``at``, which is earlier than the last: the clock was ahead, the ages stay."""
        ahead = self._at - at
        if ahead > 0:
            self._at, self._origins, self._faded_at = at, self._origins - ahead, -1.0

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        super().load(state)
        self._faded_at = -1.0

    def fading(self) -> NDArray[np.float64]:
        """Return float64[half-lives]: the factors that turn stored values into current ones."""
        if self._faded_at != self._at:
            self._faded = np.exp2(-self._passed())
            self._faded_at = self._at
        return self._faded

    def _passed(self) -> NDArray[np.float64]:
        """Return float64[half-lives]: the time since each origin, in half-lives."""
        passed: NDArray[np.float64] = (self._at - self._origins) / self._lengths
        return passed

    @property
    def origins(self) -> NDArray[np.float64]:
        """float64[half-lives]: the times at which a stored value is a current one."""
        return self._origins

    @property
    def counted(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """As kernels take it: (stored values, origins, half-lives)."""
        return self._values, self._origins, self._lengths

    @property
    def at(self) -> float:
        """The time of the last interaction."""
        return self._at

    @property
    def stored(self) -> NDArray[np.float64]:
        """float64[items, half-lives], to be multiplied by `fading`; their order needs no factor."""
        return self._values

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the popularity of ``item`` at the longest half-life."""
        return float((self._values[item] * self.fading())[-1])
