"""A set of items as one bit for each: a million items in 128 kB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class ItemBits:
    """Which items are in a set.

    >>> items = ItemBits(np.array([True, False, False, True, False, False, False, False]))
    >>> items.put(1, is_in=True); items.put(0, is_in=False)
    >>> items.numbers().tolist(), items.has(np.array([0, 3])).tolist(), items.count
    ([1, 3], [False, True], 2)
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        """Take the items at which ``mask`` is true; its length is a multiple of 8."""
        self._bits: NDArray[np.uint8] = np.packbits(mask, bitorder="little")

    @property
    def rows(self) -> int:
        """Number of items, in the set or not."""
        return 8 * len(self._bits)

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return self._bits.nbytes

    @property
    def count(self) -> int:
        """Number of items in the set."""
        return int(np.bitwise_count(self._bits).sum())

    def has(self, items: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``items`` are in the set."""
        found: NDArray[np.uint8] = self._bits[items >> 3] >> (items & 7).astype(np.uint8) & 1
        return found.view(np.bool_)

    def put(self, item: int, *, is_in: bool) -> None:
        """Add an item, or remove it."""
        bit = 1 << (item & 7)
        byte = int(self._bits[item >> 3])
        self._bits[item >> 3] = byte | bit if is_in else byte & ~bit

    def grow(self, rows: int, *, are_in: bool) -> None:
        """Make room for more items, which are all in the set or all not."""
        more = np.full(rows // 8 - len(self._bits), 255 * are_in, dtype=np.uint8)
        self._bits = np.concatenate((self._bits, more))

    def mask(self) -> NDArray[np.bool_]:
        """Return bool[items]."""
        return np.unpackbits(self._bits, bitorder="little").view(np.bool_)

    def numbers(self) -> NDArray[np.int32]:
        """Return the items of the set, in order."""
        return np.flatnonzero(self.mask()).astype(np.int32)
