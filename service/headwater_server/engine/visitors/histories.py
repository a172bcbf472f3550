"""The last distinct items of every visitor by time, newest last, in blocks of flat arrays."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numba import njit

from headwater_server.engine.visitors import reading
from headwater_server.models.base import CAPACITY_START, HISTORY_MAX, growing
from headwater_server.models.covisitation.neighbours import allocate_block, release_block

BLOCK_MIN = 2
STEP_ROWS = 20_000
"""Rows that are searched in one step for items that are removed."""
_CLASSES = 8  # block sizes: 2, 4, … 128 and `HISTORY_MAX`


_ROWED, _SLOTTED = ("start", "size", "room"), ("items", "times", "counts")


@njit(cache=True, _nrt=False)
def _find(table, row, item):
    start, size, _, items, _, _, _, _ = table
    for slot in range(start[row], start[row] + size[row]):
        if items[slot] == item:
            return slot
    return -1


@njit(cache=True, _nrt=False)
def _remove(table, row, slot):
    start, size, _, items, times, counts, _, _ = table
    # shifted, not filled from the end: a row stays in order of time, newest last
    end = start[row] + size[row] - 1
    for i in range(slot, end):
        items[i], times[i], counts[i] = items[i + 1], times[i + 1], counts[i + 1]
    size[row] -= 1


@njit(cache=True, _nrt=False)
def _make_room(table, row):
    start, size, room, items, times, counts, free, used = table
    if size[row] < room[row]:
        return
    old, old_room = start[row], room[row]
    # blocks double as in `neighbours`: most visitors have a few items, some have 200
    new_room = BLOCK_MIN if old_room == 0 else min(2 * old_room, HISTORY_MAX)
    block = allocate_block(new_room, BLOCK_MIN, items, free, used)
    for i in range(size[row]):
        items[block + i], times[block + i] = items[old + i], times[old + i]
        counts[block + i] = counts[old + i]
    if old_room > 0:
        release_block(old, old_room, BLOCK_MIN, items, free)
    start[row], room[row] = block, new_room


@njit(cache=True, _nrt=False)
def add_item(table, row, item, time, change):
    """Put ``item`` in its place by time; change 0 refuses it. Return earlier interactions."""
    start, size, _, items, times, counts, _, _ = table
    before = 0
    slot = _find(table, row, item)
    if slot >= 0:
        before = counts[slot]
        if times[slot] > time:  # a later act has decided what the item is to the visitor
            if before > 0 and change > 0:
                counts[slot] += 1
            return before
        _remove(table, row, slot)
    elif size[row] == HISTORY_MAX:
        if time < times[start[row]]:
            return before
        _remove(table, row, start[row])  # the oldest
    _make_room(table, row)
    slot = start[row] + size[row]
    while slot > start[row] and times[slot - 1] > time:
        items[slot], times[slot] = items[slot - 1], times[slot - 1]
        counts[slot] = counts[slot - 1]
        slot -= 1
    size[row] += 1
    items[slot], times[slot] = item, time
    counts[slot] = max(0, before) + 1 if change > 0 else -1
    return before


@njit(cache=True)
def _forget_items(table, gone, first, stop):
    """Remove the items that are gone from the rows ``first`` to ``stop``."""
    start, size, _, items, times, counts, _, _ = table
    for row in range(first, min(stop, len(size))):
        kept = start[row]
        for slot in range(start[row], start[row] + size[row]):
            if not gone[items[slot]]:
                items[kept], times[kept], counts[kept] = items[slot], times[slot], counts[slot]
                kept += 1
        size[row] = kept - start[row]


class Histories:
    """Rows of (item, seconds, interactions); interactions -1: the visitor refused the item.

    >>> histories = Histories()
    >>> histories.add(0, item=7, seconds=1.0), histories.add(0, item=7, seconds=2.0)
    (0, 1)
    """

    _names = ("start", "size", "room", "items", "times", "counts", "free", "used")

    def __init__(self) -> None:
        slots = CAPACITY_START * BLOCK_MIN
        self.start = np.zeros(CAPACITY_START, dtype=np.int64)
        self.size = np.zeros(CAPACITY_START, dtype=np.uint8)
        self.room = np.zeros(CAPACITY_START, dtype=np.uint8)
        self.items = np.zeros(slots, dtype=np.int32)
        self.times = np.zeros(slots)
        self.counts = np.zeros(slots, dtype=np.int32)
        self.free = np.full(_CLASSES, -1, dtype=np.int64)
        self.used = np.zeros(1, dtype=np.int64)
        self._set(self.__dict__)

    def _set(self, arrays: dict[str, Any]) -> None:
        """Replace arrays, and rebuild the tuple that kernels take."""
        for name in self._names:
            setattr(self, name, arrays.get(name, getattr(self, name, None)))
        self.table = tuple(getattr(self, name) for name in self._names)

    @property
    def lacks_room(self) -> bool:
        """Whether one more item may need more slots than there are."""
        return self.used.item(0) + HISTORY_MAX > len(self.items)

    def reserving(self, rows: int = 0) -> Generator[None, None, None]:
        """Make room for rows below ``rows`` and for one more item, in steps.

        Between them it may be read. Kernels cannot grow an array.
        """
        if rows > len(self.size):
            yield from self._growing(_ROWED, rows)
        if self.lacks_room:
            needed = int(self.used[0]) + HISTORY_MAX
            yield from self._growing(_SLOTTED, max(needed, 2 * len(self.items)))

    def _growing(self, names: tuple[str, ...], length: int) -> Generator[None, None, None]:
        longer = {}
        for name in names:
            longer[name] = yield from growing(getattr(self, name), length)
        self._set(longer)

    def add(self, row: int, item: int, seconds: float, *, refused: bool = False) -> int:
        """Put ``item`` in its place by time; return its earlier interactions.

        Of a full row the oldest goes. What a later interaction said of the item stays.
        """
        if self.lacks_room:
            for _ in self.reserving():
                pass
        return int(add_item(self.table, row, item, seconds, 0 if refused else 1))

    def latest(self, row: int) -> int:
        """Return the latest item of ``row``, -1 if none."""
        size = self.size[row]
        return int(self.items[self.start[row] + size - 1]) if size else -1

    def merged(self, first: int, second: int) -> tuple[Any, Any, Any]:
        """Return (items, seconds, interactions) of two rows (-1: none) as one, newest first."""
        merged: tuple[Any, Any, Any] = reading.merged(self.table, first, second)
        return merged

    def clear(self, row: int) -> None:
        """Release the block of ``row``."""
        if self.room[row] > 0:
            release_block(self.start[row], self.room[row], BLOCK_MIN, self.items, self.free)
        self.start[row] = self.size[row] = self.room[row] = 0

    def forgetting(self, items: Any, rows: int) -> Generator[None, None, None]:
        """Remove ``items`` (numbers below ``rows``) from every history, in steps."""
        gone = np.zeros(rows, dtype=np.bool_)
        gone[items] = True
        for first in range(0, len(self.size), STEP_ROWS):
            _forget_items(self.table, gone, first, first + STEP_ROWS)
            yield

    def state(self, rows: int) -> dict[str, Any]:
        """Return the arrays by name: the first ``rows``, and the slots in use."""
        lengths = dict.fromkeys(_ROWED, rows) | dict.fromkeys(_SLOTTED, int(self.used[0]))
        return {name: getattr(self, name)[: lengths.get(name)] for name in self._names}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._set(state)
