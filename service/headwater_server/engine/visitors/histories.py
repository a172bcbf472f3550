"""The last distinct items of every visitor by time, newest last, in blocks of flat arrays."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numba import njit

from headwater_server.models.base import CAPACITY_START, HISTORY_MAX, growing
from headwater_server.models.covisitation.neighbours import allocate_block, release_block

BLOCK_MIN = 2
STEP_ROWS = 20_000
"""Rows that are searched in one step for items that are removed."""
_CLASSES = 8  # block sizes: 2, 4, … 128 and `HISTORY_MAX`


_ROWED, _SLOTTED = ("start", "size", "room"), ("items", "times", "counts")


@njit(cache=True)
def _find(table, row, item):
    start, size, _, items, _, _, _, _ = table
    for slot in range(start[row], start[row] + size[row]):
        if items[slot] == item:
            return slot
    return -1


@njit(cache=True)
def _remove(table, row, slot):
    start, size, _, items, times, counts, _, _ = table
    # shifted, not filled from the end: a row stays in order of time, newest last
    end = start[row] + size[row] - 1
    for i in range(slot, end):
        items[i], times[i], counts[i] = items[i + 1], times[i + 1], counts[i + 1]
    size[row] -= 1


@njit(cache=True)
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


@njit(cache=True)
def _add(table, row, item, time, change):
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
def _merge(table, first, second, items_out, times_out, counts_out):
    """Write the items of two rows (-1: none) newest first, each once; return how many."""
    start, size, _, items, times, counts, _, _ = table
    a = start[first] + size[first] - 1 if first >= 0 else -1
    a_end = start[first] if first >= 0 else 0
    b = start[second] + size[second] - 1 if second >= 0 else -1
    b_end = start[second] if second >= 0 else 0
    n = 0
    while n < len(items_out) and (a >= a_end or b >= b_end):
        if b < b_end or (a >= a_end and times[a] >= times[b]):
            slot = a
            a -= 1
        else:
            slot = b
            b -= 1
        # A row contains an item once, so only two rows can repeat one. A scan: at most 200 items,
        # and a scratch array over all items would have to be cleared each time.
        known = -1
        if first >= 0 and second >= 0:
            for i in range(n):
                if items_out[i] == items[slot]:
                    known = i
        if known >= 0:
            if counts_out[known] > 0 and counts[slot] > 0:
                counts_out[known] += counts[slot]
        else:
            items_out[n], times_out[n], counts_out[n] = items[slot], times[slot], counts[slot]
            n += 1
    return n


@njit(cache=True)
def _merged(table, first, second):
    """Return (items, times, counts) of two rows (-1: none) newest first, each once."""
    items, times = np.empty(HISTORY_MAX, dtype=np.int32), np.empty(HISTORY_MAX)
    counts = np.empty(HISTORY_MAX, dtype=np.int32)
    n = _merge(table, first, second, items, times, counts)
    return items[:n], times[:n], counts[:n]


@njit(cache=True, nogil=True)
def _seen(table, first, second, now_s, since_s, until_s):
    """Return (items, ages, interactions, whether since ``since_s``, refused items)."""
    items, times, counts = _merged(table, first, second)
    kept, refused = np.empty_like(items), np.empty_like(items)
    ages_s, interactions = np.empty_like(times), np.empty_like(counts)
    in_session = np.empty(len(items), dtype=np.bool_)
    n = others = 0
    for i in range(len(items)):
        if times[i] > until_s:
            continue
        if counts[i] < 0:
            refused[others] = items[i]
            others += 1
            continue
        kept[n], interactions[n] = items[i], counts[i]
        ages_s[n] = max(now_s - times[i], 0.0)
        in_session[n] = times[i] >= since_s
        n += 1
    return kept[:n], ages_s[:n], interactions[:n], in_session[:n], refused[:others]


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
        return int(_add(self.table, row, item, seconds, 0 if refused else 1))

    def latest(self, row: int) -> int:
        """Return the latest item of ``row``, -1 if none."""
        size = self.size[row]
        return int(self.items[self.start[row] + size - 1]) if size else -1

    def merged(self, first: int, second: int) -> tuple[Any, Any, Any]:
        """Return (items, seconds, interactions) of two rows (-1: none) as one, newest first."""
        merged: tuple[Any, Any, Any] = _merged(self.table, first, second)
        return merged

    def has_within(self, row: int, seconds: float, gap_s: float) -> bool:
        """Return whether ``row`` has an item in the ``gap_s`` up to ``seconds``."""
        times = self.times[self.start[row] : self.start[row] + self.size[row]]
        place = int(np.searchsorted(times, seconds, side="right"))
        return place > 0 and bool(seconds - times[place - 1] <= gap_s)

    def seen(
        self, first: int, second: int, now_s: float, since_s: float, until_s: float
    ) -> tuple[Any, ...]:
        """Return what `merged` does for a request at ``now_s``, with refused items separate.

        (items, ages in seconds, interactions, whether one is since ``since_s``, refused items);
        what is later than ``until_s`` is left out.
        """
        seen: tuple[Any, ...] = _seen(self.table, first, second, now_s, since_s, until_s)
        return seen

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
