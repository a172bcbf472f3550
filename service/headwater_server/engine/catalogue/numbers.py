"""The items' numbers in one field: few of them by item, many as one array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPARSE_SHARE = 64
"""A number in a dictionary takes as much as a dozen in an array, and much longer to compare."""


class Numbers:
    """Item -> number.

    >>> prices = Numbers(rows=4)
    >>> prices.put(2, 9.5); prices.put(0, 20.0)
    >>> prices.compared(np.less, 10.0).tolist()
    [False, False, True, False]
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._few: dict[int, float] = {}
        self._array: NDArray[np.float64] | None = None

    def __bool__(self) -> bool:
        """Whether any item has a number."""
        return bool(self._few) or (self._array is not None and not np.isnan(self._array).all())

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        self._rows = rows
        if self._array is not None:
            longer = np.full(rows, np.nan)
            longer[: len(self._array)] = self._array
            self._array = longer

    def put(self, item: int, number: float) -> None:
        """Store the number of an item."""
        if self._array is not None:
            self._array[item] = number
            return
        self._few[item] = number
        self._to_array_if_many()

    def _to_array_if_many(self) -> None:
        if SPARSE_SHARE * len(self._few) > self._rows:
            self._array = self._whole()
            self._few.clear()

    def fill(self, numbers: dict[int, float]) -> None:
        """Store the numbers of items, of which none is stored."""
        self._few = numbers
        self._to_array_if_many()

    def drop(self, item: int) -> None:
        """Remove the number of an item."""
        if self._array is None:
            self._few.pop(item, None)
        else:
            self._array[item] = np.nan

    def _whole(self) -> NDArray[np.float64]:
        whole = np.full(self._rows, np.nan)
        whole[np.fromiter(self._few, np.int64, len(self._few))] = list(self._few.values())
        return whole

    def compared(self, compare: Callable[..., Any], number: float) -> NDArray[np.bool_]:
        """Return bool[rows]: whose number passes; False without a number."""
        numbers = self._whole() if self._array is None else self._array
        mask: NDArray[np.bool_] = compare(numbers, number)
        if compare is np.not_equal:  # the one comparison that NaN passes
            mask &= ~np.isnan(numbers)
        return mask
