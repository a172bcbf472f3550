"""The first of many items in order of a value, kept up to date by the items that changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Items = NDArray[np.int32]


class TopList:
    """All items that come before a cut, in order: the largest value first, ties by number.

    Exact without a look at the others: an item behind the cut stays there until it changes, and
    what changes is compared with the cut. The list shrinks when its own items fall behind the cut
    or are removed; it is made again once it is too short for its reader.

    >>> values = np.array([5.0, 1.0, 3.0, 3.0, 2.0])
    >>> top = TopList(room=2)
    >>> top.make(np.arange(5, dtype=np.int32), values); top.items.tolist(), top.is_whole
    ([0, 2], False)
    >>> values[3] = 4.0
    >>> top.update(np.array([3], dtype=np.int32), np.array([True]), values); top.items.tolist()
    [0, 3, 2]
    """

    def __init__(self, room: int) -> None:
        """At least ``room`` items are found when the list is made, at most twice as many kept."""
        self.room = room
        self.items = np.zeros(0, dtype=np.int32)
        self._cut: tuple[float, int] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether no item is behind the cut: the list has all of them."""
        return self._cut is None

    def has(self, count: int) -> bool:
        """Whether the list has the first ``count`` items, or all if there are fewer."""
        return self.is_whole or len(self.items) >= count

    def make(self, items: Items, values: Values) -> None:
        """Find the first of ``items``, given in order of number; ``values`` are those of all."""
        self._cut, self.items = None, items
        if len(items) > 2 * self.room:
            own = values[items]
            least = largest(own, self.room)
            above, equal = np.flatnonzero(own > least), np.flatnonzero(own == least)
            first = np.concatenate((above, equal[: self.room - len(above)]))
            self.items, self._cut = items[first], (float(least), int(items[first[-1]]))
        self._sort(values)

    def update(self, changed: Items, are_in: NDArray[np.bool_], values: Values) -> None:
        """Look at ``changed`` again, in order of number; those not ``are_in`` leave the list."""
        if not len(changed):
            return
        found = changed[are_in]
        if self._cut is not None:
            value, number = self._cut
            own = values[found]
            found = found[(own > value) | ((own == value) & (found <= number))]
        nearest = changed[np.searchsorted(changed[:-1], self.items)]  # `isin` sorts both once more
        are_changed = nearest == self.items
        if not len(found) and not are_changed.any():
            return
        self.items = np.concatenate((self.items[~are_changed], found))
        self._sort(values)
        if len(self.items) > 2 * self.room:
            self.items = self.items[: self.room]
            last = int(self.items[-1])
            self._cut = float(values[last]), last

    def _sort(self, values: Values) -> None:
        self.items = self.items[np.lexsort((self.items, -values[self.items]))]


def largest(values: Values, count: int) -> float:
    """Return the ``count``-th largest of the values.

    Those at the lowest value are left out first: most items of a large shop have no interaction,
    and a partition of equal values takes many times as long.

    >>> largest(np.array([0.0, 4.0, 0.0, 2.0, 0.0]), 2), largest(np.zeros(9), 2)
    (2.0, 0.0)
    """
    least = float(values.min())
    above = values[values > least]
    if len(above) < count:
        return least
    return float(np.partition(above, -count)[-count])
