"""Counts of every item: interactions, repeats, its first and its last event."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START, ItemModel

_RATE_STEP = 0.001
INTERACTIONS, REPEATS, FIRST, LAST = 0, 1, 2, 3


@njit(cache=True, _nrt=False)
def count_activity(counts, interactions, item, repeat, events, weight):
    """Count ``weight`` of an interaction with ``item``, the one after ``events`` others."""
    row = counts[item]
    if row[INTERACTIONS] == 0:
        row[FIRST] = row[LAST] = events
    row[INTERACTIONS] += weight
    interactions[item] = row[INTERACTIONS]
    row[LAST] += weight * (events - row[LAST])  # a whole one: exactly `events`
    row[REPEATS] += repeat * weight


@njit(cache=True)
def following_rate(rate, repeat, weight):
    """Return the shop's rate of repeats after ``weight`` of one more interaction."""
    return rate + _RATE_STEP * weight * (repeat - rate)


class Activity(ItemModel):
    r"""Interactions $n_y$, repeated ones $r_y$, first and last event of each item.

    `predict` is the share of repeated interactions with an item, shrunk to the shop's own rate
    $R$: $(r_y + 5 R) / (n_y + 5)$. $R$ follows the stream with steps of 0.001.

    Examples
    --------
    >>> model = Activity()
    >>> for item in ["bread", "milk", "bread", "oven"]:
    ...     model.learn_one("ann", item)
    >>> model.predict_one("ann", "bread") > model.predict_one("ann", "oven")
    True
    """

    _item_arrays = ("_counts", "_touches")  # the state's own names: they are in the digest
    _state = ("_counts", "_touches", "_events", "_repeat_rate")

    def __init__(self) -> None:
        super().__init__()
        self._counts = np.zeros((CAPACITY_START, 4))
        self._touches = np.zeros(CAPACITY_START, dtype=np.float32)
        self._events = 0
        self._repeat_rate = 0.0

    def learn(
        self, history: NDArray[np.int32], item: int, repeat: bool | None = None, **context: Any
    ) -> None:
        """Learn an interaction with ``item``; ``repeat``: it is not the visitor's first."""
        count_activity(self._counts, self._touches, item, bool(repeat), self._events, 1.0)
        self.advance(following_rate(self._repeat_rate, bool(repeat), 1.0))

    def advance(self, repeat_rate: float, steps: int = 1) -> None:
        """Go on after interactions that `count_activity` has added to their items."""
        self._repeat_rate = repeat_rate
        self._events += steps

    def learn_one(self, user: Any, item: Any, y: Any = True, x: Any = None) -> None:
        """River's API; the user's history decides what a repeat is."""
        before = self._histories.get(user, ())
        repeat = self._numbers.get(item) in before
        super().learn_one(user, item, y, x)
        if repeat and y > 0:
            self._counts[self._numbers[item], REPEATS] += 1

    @property
    def counts(self) -> NDArray[np.float64]:
        """float64[items, 4]: interactions, repeats, first event, last event."""
        return self._counts

    @property
    def interactions(self) -> NDArray[np.float32]:
        """float32[items]: the interactions again, in one array, which kernels read faster."""
        return self._touches

    @property
    def events(self) -> int:
        """All interactions learned."""
        return self._events

    @property
    def repeat_rate(self) -> float:
        """The shop's recent share of repeated interactions."""
        return self._repeat_rate

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the shrunk repeat rate of ``item``."""
        interactions, repeats = self._counts[item, INTERACTIONS], self._counts[item, REPEATS]
        return float((repeats + 5.0 * self._repeat_rate) / (interactions + 5.0))
