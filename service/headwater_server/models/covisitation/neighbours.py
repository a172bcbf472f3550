"""A table of weighted neighbours, a capped row for each item, in a few flat arrays.

Most items of a shop have few neighbours and some have hundreds. Rows therefore live in blocks
of 8, 16, … ``row_max`` slots inside flat arrays; a full row moves to a block of twice the size,
and the next row of the old size reuses its old block. All of it is plain arrays, so that a copy
of the state is a handful of memory copies.

Kernels that run for each pair or each item are compiled with ``_nrt=False``, here and in other
files: they count no references to the arrays that they take. numba counts one for each array of a
table that is unpacked, and for each row that is summed, which took a sixth of learning. Such a
kernel creates no array, returns none, and calls only kernels of this kind.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START, done, growing

BLOCK_MIN = 8
STEP_ROWS = 20_000
"""Rows that are searched in one step for items that are removed."""
STEP_ITEMS = 5_000
"""Rows that are removed in one step."""
_CLASSES = 24  # block sizes: 8 times a power of two below 2^24


@njit(cache=True, _nrt=False)
def allocate_block(room, least, ids, free, used):
    """Return the first slot of a free block of ``room`` slots, reusing one if there is any.

    ``least``: the slots of the smallest blocks of this table.
    """
    order = 0
    while (least << order) < room:
        order += 1
    block = free[order]
    if block < 0:
        block = used[0]
        used[0] += room
    else:
        free[order] = ids[block]  # the list of free blocks runs through the blocks themselves
    return block


@njit(cache=True, _nrt=False)
def release_block(block, room, least, ids, free):
    """Put a block on the list of free ones of its size; its first slot contains the next."""
    order = 0
    while (least << order) < room:
        order += 1
    ids[block] = free[order]
    free[order] = block


@njit(cache=True, _nrt=False)
def find_slot(table, row, neighbour):
    """Return the slot of ``neighbour`` in the row of ``row``, or -1."""
    start, size, _, ids, _, _, _, _ = table
    first, wanted, place = np.uint64(start[row]), np.int32(neighbour), np.int32(-1)
    # A scan: a row has at most some hundred ids, and they stand together, apart from the values.
    # A hash table would be one more thing to copy with the state. To the end of the row, since the
    # compiler makes vector instructions of a loop that has no other end: it takes half as long.
    for i in range(np.uint32(size[row])):
        place = max(place, np.int32(i) if ids[first + np.uint64(i)] == wanted else np.int32(-1))
    return np.int64(first) + np.int64(place) if place >= 0 else np.int64(-1)


@njit(cache=True)
def find_slots(table, rows, neighbour):
    """Return int64[rows]: the slot of ``neighbour`` in each of ``rows``, or -1."""
    slots = np.empty(len(rows), dtype=np.int64)
    for i in range(len(rows)):
        slots[i] = find_slot(table, rows[i], neighbour)
    return slots


@njit(cache=True, _nrt=False)
def is_in_any(table, rows, neighbour):
    """Whether ``neighbour`` is in one of ``rows``."""
    for i in range(len(rows)):  # noqa: SIM110 - kernels have no generators
        if find_slot(table, rows[i], neighbour) >= 0:
            return True
    return False


@njit(cache=True, _nrt=False)
def _grow_row(table, row):
    start, size, room, ids, values, last, free, used = table
    old, old_room = start[row], room[row]
    new_room = BLOCK_MIN if old_room == 0 else 2 * old_room
    block = allocate_block(new_room, BLOCK_MIN, ids, free, used)
    for i in range(size[row]):
        ids[block + i] = ids[old + i]
        last[block + i] = last[old + i]
        for column in range(values.shape[1]):
            values[block + i, column] = values[old + i, column]
    if old_room > 0:
        release_block(old, old_room, BLOCK_MIN, ids, free)
    start[row], room[row] = block, new_room


@njit(cache=True, _nrt=False)
def _total(values, slot):
    """Return the sum of a slot's values, of which there are at most three."""
    place = np.uint64(slot)
    total = values[place, 0]
    if values.shape[1] > 1:
        total += values[place, 1]
    if values.shape[1] > 2:
        total += values[place, 2]
    return total


@njit(cache=True, _nrt=False)
def _least_total(values, first, end):
    """Return the least total of slots; the number of slots is a multiple of four."""
    # four minima side by side, as each comparison waits for the one before it: a third of the time
    a = b = c = d = np.float32(np.inf)
    for slot in range(first, end, 4):
        w, x = _total(values, slot), _total(values, slot + 1)
        y, z = _total(values, slot + 2), _total(values, slot + 3)
        a, b, c, d = min(a, w), min(b, x), min(c, y), min(d, z)
    return min(a, b, c, d)


@njit(cache=True, _nrt=False)
def claim_slot(table, row, neighbour, weight, row_max, draw):
    """Return the slot of ``neighbour``, a new one if needed, or -1 if there is no place for it.

    In a full row the new neighbour replaces the one of least total weight m with probability
    weight / (m + weight): heavy neighbours stay, and a row never stops changing. A caller that
    reads ``last`` sets it: of a new slot it is that of another neighbour.
    """
    slot = find_slot(table, row, neighbour)
    if slot >= 0:
        return slot
    start, size, room, ids, values, _, _, _ = table
    filled = size[row]
    # Rooms are powers of two: a row of another size has a place. So most rooms are not read, for
    # which the processor would wait: they are in an array of their own.
    is_full = filled & (filled - 1) == 0 and filled == room[row]
    if is_full and filled < row_max:
        _grow_row(table, row)
        is_full = False
    first = start[row]
    if not is_full:
        slot = first + filled
        size[row] += 1
    else:
        least = _least_total(values, first, first + filled)
        # The draw comes from the caller: a kernel has no random state. Both weights grow together
        # (see `fading`), so their ratio needs no decay.
        if draw * (np.float64(least) + weight) >= weight:
            return -1
        slot = first
        while _total(values, slot) != least:  # of equal ones the first: the same on every replica
            slot += 1
    ids[slot] = neighbour
    values[slot] = 0.0
    return slot


@njit(cache=True)
def _clear(table, rows):
    """Release the blocks of some rows."""
    start, size, room, ids, _, _, free, _ = table
    for row in rows:
        if room[row] > 0:
            release_block(start[row], room[row], BLOCK_MIN, ids, free)
        start[row], size[row], room[row] = 0, 0, 0


@njit(cache=True)
def _forget(table, gone, first, stop):
    """Remove the items that are gone from the rows ``first`` to ``stop``."""
    start, size, _, ids, values, last, _, _ = table
    for row in range(first, min(stop, len(size))):
        slot, end = start[row], start[row] + size[row]
        while slot < end:
            if ids[slot] < len(gone) and gone[ids[slot]]:
                # the last slot fills the gap: one slot moves, not all; the order only breaks ties
                end -= 1
                ids[slot], last[slot] = ids[end], last[end]
                values[slot] = values[end]
            else:
                slot += 1
        size[row] = end - start[row]


class Neighbours:
    """The flat arrays. Kernels take ``table``; each slot has ``columns`` values.

    >>> pairs = Neighbours(columns=1)
    >>> slot = claim_slot(pairs.table, 3, 5, 1.0, 256, 0.0)
    >>> find_slot(pairs.table, 3, 5) == slot, find_slot(pairs.table, 5, 3)
    (True, -1)
    """

    _names = ("start", "size", "room", "ids", "values", "last", "free", "used")

    def __init__(self, columns: int) -> None:
        """Begin empty; ``columns`` are one to three."""
        slots = CAPACITY_START * BLOCK_MIN
        self.start = np.zeros(CAPACITY_START, dtype=np.int64)
        self.size = np.zeros(CAPACITY_START, dtype=np.int32)
        self.room = np.zeros(CAPACITY_START, dtype=np.int32)
        self.ids = np.zeros(slots, dtype=np.int32)
        self.values = np.zeros((slots, columns), dtype=np.float32)
        self.last = np.zeros(slots, dtype=np.int32)
        self.free = np.full(_CLASSES, -1, dtype=np.int64)
        self.used = np.zeros(1, dtype=np.int64)
        self._set(self.__dict__)

    def _set(self, arrays: dict[str, Any]) -> None:
        """Replace arrays, and rebuild the tuple that kernels take."""
        for name in self._names:
            setattr(self, name, arrays.get(name, getattr(self, name, None)))
        self.table = tuple(getattr(self, name) for name in self._names)

    def reserve(self, rows: int) -> None:
        """Make room for rows of items below ``rows``."""
        done(self.reserving(rows))

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Do the same in steps, between which it may be read."""
        if rows > len(self.size):
            yield from self._growing(("start", "size", "room"), rows)

    def lacks(self, slots: int) -> bool:
        """Return whether there are fewer than ``slots`` more; kernels cannot grow an array."""
        return self.used.item(0) + slots > len(self.ids)

    def making_room(self, slots: int) -> Generator[None, None, None]:
        """Make room for ``slots`` more, in steps between which it may be read."""
        if self.lacks(slots):
            room = max(int(self.used[0]) + slots, 2 * len(self.ids))
            yield from self._growing(("ids", "values", "last"), room)

    def _growing(self, names: Sequence[str], length: int) -> Generator[None, None, None]:
        longer = {}
        for name in names:
            longer[name] = yield from growing(getattr(self, name), length)
        self._set(longer)

    def forget(self, items: Any) -> None:
        """Remove ``items`` from all rows, and their own rows."""
        for _ in self.forgetting(items):
            pass

    def forgetting(self, items: Any) -> Generator[None, None, None]:
        """Do the same in steps."""
        for start in range(0, len(items), STEP_ITEMS):
            self.clear_all(np.asarray(items[start : start + STEP_ITEMS], dtype=np.int64))
            yield
        yield from self.forgetting_neighbours(items)

    def forgetting_neighbours(self, items: Any) -> Generator[None, None, None]:
        """Remove ``items`` from all rows, in steps of about a millisecond."""
        gone = np.zeros(int(np.max(items, initial=0)) + 1, dtype=np.bool_)
        gone[items] = True
        for first in range(0, len(self.size), STEP_ROWS):
            _forget(self.table, gone, first, first + STEP_ROWS)
            yield

    def clear(self, row: int) -> None:
        """Empty a row and release its block."""
        self.clear_all(np.array([row], dtype=np.int64))

    def clear_all(self, rows: NDArray[np.int64]) -> None:
        """Empty rows and release their blocks."""
        _clear(self.table, rows)

    def state(self) -> dict[str, Any]:
        """Return the arrays by name, without the slots that were never used."""
        slots = int(self.used[0])
        slotted = {"ids", "values", "last"}
        return {
            n: getattr(self, n)[:slots] if n in slotted else getattr(self, n) for n in self._names
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._set(state)
