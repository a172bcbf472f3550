"""The first of many items in order of a value, kept up to date by the items that changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

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
        if len(changed):
            self.take(_updated(self.items, changed, are_in, values, self.cut), values)

    @property
    def cut(self) -> tuple[float, int]:
        """Value and number of the last item before the cut, as kernels take them."""
        return self._cut or (-np.inf, -1)

    def take(self, items: Items, values: Values) -> None:
        """Go on with ``items``, what an update left; if they are many, the cut comes earlier."""
        self.items = items
        if len(items) > 2 * self.room:
            self.items = items[: self.room]
            last = int(self.items[-1])
            self._cut = float(values[last]), last

    def _sort(self, values: Values) -> None:
        self.items = self.items[np.lexsort((self.items, -values[self.items]))]


@njit(cache=True)
def _kept_and_found(items, changed, are_in, values, cut):
    """Return (those of ``items`` that did not change, the changed ones before the ``cut``)."""
    kept, found, n = np.empty_like(items), np.empty_like(changed), 0
    nearest = np.searchsorted(changed[:-1], items)
    for i in range(len(items)):
        kept[n] = items[i]
        n += changed[nearest[i]] != items[i]
    value, number = cut
    m = 0
    for i in range(len(changed)):
        own = values[changed[i]]
        found[m] = changed[i]
        m += are_in[i] and (own > value or (own == value and changed[i] <= number))
    return kept[:n], found[:m]


@njit(cache=True)
def _merged(kept, found, values):
    """Return both as one list in order; ``kept`` has that order, ``found`` that of the numbers."""
    found = found[np.argsort(-values[found], kind="mergesort")]  # stable: ties stay by number
    out, i, j = np.empty(len(kept) + len(found), dtype=np.int32), 0, 0
    while i < len(kept) or j < len(found):
        takes_kept = j == len(found)
        if i < len(kept) and j < len(found):
            a, b = values[kept[i]], values[found[j]]
            takes_kept = a > b or (a == b and kept[i] < found[j])
        if takes_kept:
            out[i + j] = kept[i]
            i += 1
        else:
            out[i + j] = found[j]
            j += 1
    return out


@njit(cache=True)
def _updated(items, changed, are_in, values, cut):
    """Return ``items`` without those of ``changed`` that left, and with those that came."""
    kept, found = _kept_and_found(items, changed, are_in, values, cut)
    if len(found) == 0 and len(kept) == len(items):
        return items
    return _merged(kept, found, values)


@njit(cache=True)
def _updated_all(items, ends, changed, stored, columns, cuts, numbers):
    """Return (what `_updated` returns of each list, together; where each ends).

    ``items`` and ``ends`` are lists in this form, too: one type for any number of lists.
    """
    out, begin, end = np.empty(len(items) + len(ends) * len(changed), dtype=np.int32), 0, 0
    new_ends = np.empty_like(ends)
    for k in range(len(ends)):
        values, one = stored[:, columns[k]], items[begin : ends[k]]
        new = _updated(one, changed, values[changed] > 0.0, values, (cuts[k], numbers[k]))
        out[end : end + len(new)] = new
        begin, end = ends[k], end + len(new)
        new_ends[k] = end
    return out, new_ends


def update_all(
    tops: Sequence[TopList], changed: Items, stored: Values, columns: NDArray[np.int64]
) -> None:
    """Do `update` for lists by columns of ``stored``, in one kernel; an item needs more than 0."""
    items = np.concatenate([top.items for top in tops])
    ends = np.cumsum([len(top.items) for top in tops])
    cuts, numbers = zip(*[top.cut for top in tops], strict=True)
    out, ends = _updated_all(
        items, ends, changed, stored, columns, np.array(cuts), np.array(numbers)
    )
    begin = 0
    for top, column, end in zip(tops, columns.tolist(), ends.tolist(), strict=True):
        top.take(out[begin:end], stored[:, column])
        begin = end


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
