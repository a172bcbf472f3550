"""The tokens of each item, in blocks of exactly their number: 5 bytes an item and 4 a token."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START, growing

KEPT_MAX = 48
"""Tokens of an item; the rest is left out."""
_COLUMNS = np.arange(KEPT_MAX)


class TokenLists:
    """Lists of numbers by item. A block that becomes free is used for the next list of its length.

    >>> lists = TokenLists()
    >>> lists.put(0, [7, 3]); lists.put(2, [5])
    >>> lists.of(0).tolist(), lists.of(1).tolist()
    ([7, 3], [])
    """

    _names = ("_start", "_size", "_slots", "_free", "_used")

    def __init__(self) -> None:
        self._start = np.zeros(CAPACITY_START, dtype=np.uint32)
        self._size = np.zeros(CAPACITY_START, dtype=np.uint8)
        self._slots = np.zeros(8 * CAPACITY_START, dtype=np.int32)
        self._free = np.full(KEPT_MAX + 1, -1, dtype=np.int64)
        """The first free block of each length; its first slot contains the next."""
        self._used = np.zeros(1, dtype=np.int64)

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        for name in ("_start", "_size"):
            longer = yield from growing(getattr(self, name), rows)
            setattr(self, name, longer)

    def reserving_slots(self) -> Generator[None, None, None]:
        """Make room for one more list, in steps."""
        if int(self._used[0]) + KEPT_MAX > len(self._slots):
            self._slots = yield from growing(self._slots, 2 * len(self._slots))

    def of(self, item: int) -> NDArray[np.int32]:
        """Return the tokens of ``item``, valid until the next change."""
        start = int(self._start[item])
        return self._slots[start : start + int(self._size[item])]

    def put(self, item: int, tokens: list[int]) -> None:
        """Set the tokens of ``item``, at most `KEPT_MAX`."""
        self._release(item)
        if tokens:
            for _ in self.reserving_slots():
                pass
            start = self._allocate(len(tokens))
            self._slots[start : start + len(tokens)] = tokens
            self._start[item], self._size[item] = start, len(tokens)

    def _allocate(self, size: int) -> int:
        start = int(self._free[size])
        if start >= 0:
            self._free[size] = self._slots[start]
        else:
            start = int(self._used[0])
            self._used[0] += size
        return start

    def _release(self, item: int) -> None:
        size, start = int(self._size[item]), int(self._start[item])
        if size:
            self._slots[start] = self._free[size]
            self._free[size] = start
        self._start[item] = self._size[item] = 0

    def padded(self, items: NDArray[Any]) -> NDArray[np.int32]:
        """Return int32[items, KEPT_MAX]: the tokens of each, then -1."""
        filled = self._size[items][:, None] > _COLUMNS
        tokens = np.full(filled.shape, -1, dtype=np.int32)
        places = self._start[items][:, None].astype(np.int64) + _COLUMNS
        tokens[filled] = self._slots[places[filled]]
        return tokens

    def state(self) -> dict[str, Any]:
        """Return the arrays by name, without the slots that were never used."""
        arrays = {name: getattr(self, name) for name in self._names}
        return {**arrays, "_slots": self._slots[: int(self._used[0])]}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        for name in self._names:
            setattr(self, name, state[name])
        slots = np.zeros(max(8 * CAPACITY_START, 2 * len(self._slots)), dtype=np.int32)
        slots[: len(self._slots)] = self._slots
        self._slots = slots
