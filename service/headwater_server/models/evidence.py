"""Scratch that sources write their evidence into: one row for each item that a request reaches.

Rows stand together in order of first proposal, whatever the items' numbers: some thousand rows stay
in the processor's cache, however many items the shop has.

Not state: it is written and read within one request, and the next request starts a new stamp.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START

# those that selection reads, and those that most sources write, are in the first of two cache lines
NEXT, NEXT_NEAR, SESSION, TOGETHER, CONTENT_NEAR, CIRCUMSTANCES_OFTEN, WALK, WORDS = range(8)
PATHS, STRONGEST, LIFT_NEAR, LIFT, SHARE, PAIR_LAST = range(8, 14)
NEXT_FAR, NEXT_BACK, NEXT_STEP, NEXT_FAR_STEP = range(16, 20)
OWN_SESSION, OWN, OWN_COUNT, OWN_AGE, OWN_DUE = range(20, 25)
CONTENT, CIRCUMSTANCES = 25, 26
COLUMNS = 32  # more than is used: a row of float32 is as long as two cache lines
_LINE = 16

FROM_NEXT, FROM_TOGETHER, FROM_OWN, FROM_POPULAR = 1, 2, 4, 8
FROM_CONTENT, FROM_NEW, FROM_CALLER, FROM_CIRCUMSTANCES = 16, 32, 64, 128
FROM_WALK, FROM_WORDS = 256, 512
SOURCES: dict[int, str] = {
    FROM_NEXT: "next",
    FROM_TOGETHER: "together",
    FROM_OWN: "history",
    FROM_POPULAR: "popular",
    FROM_CONTENT: "content",
    FROM_NEW: "new",
    FROM_CALLER: "candidates",
    FROM_CIRCUMSTANCES: "circumstances",
    FROM_WALK: "walk",
    FROM_WORDS: "words",
}


STAMP = np.int64(32)  # a mark is the stamp of the latest request, and below it a row of 32 bits
ROW = np.int64((1 << 32) - 1)
STAMPS = 1 << 31
"""Requests until all marks are cleared, which keeps old ones from being taken for new."""


@njit(cache=True, _nrt=False)  # as `covisitation.neighbours`
def add_rows(scratch, items, source):
    """Make sure that each of ``items`` has a row in this request, and note its source.

    The rows are in the scratch, the fifth of its arrays, until the next call. It takes a whole row
    of neighbours at a time: a call inside the sources' innermost loops would count references
    there, and signed indices are tested for -1; both made them four times slower.
    """
    values, marks, sources, proposed, rows, meta = scratch
    start, count = meta[0] << STAMP, np.uint64(meta[1])
    for i in range(np.uint64(len(items))):
        item = np.uint64(items[i])
        # The next row is cleared for every item, also for one that has a row: whether it has is as
        # good as random, and a branch would be mispredicted.
        for column in range(COLUMNS):
            values[count, column] = np.float32(0.0)
        sources[count] = np.uint16(0)
        proposed[count] = item
        # A mark of an older stamp is from an earlier request. Only the rows that this request
        # reaches are cleared, and no mark is.
        mark, next_mark = marks[item], start + np.int64(count)
        is_new = mark < start
        mark = next_mark if is_new else mark
        row = np.uint64(mark & ROW)
        marks[item] = mark
        rows[i] = row
        sources[row] |= np.uint16(source)
        count += np.uint64(is_new)
    meta[1] = count


@njit(cache=True, _nrt=False)
def has(items, item):
    """Whether ``item`` is one of ``items``."""
    for i in range(np.uint64(len(items))):  # noqa: SIM110 - kernels have no generators
        if items[i] == item:
            return True
    return False


@njit(cache=True)
def rows_of(scratch, items):
    """Return int32[n]: the rows of ``items``, which have one in this request."""
    marks, rows = scratch[1], np.empty(len(items), dtype=np.int32)
    for i in range(np.uint64(len(items))):
        rows[i] = marks[np.uint64(items[i])] & ROW
    return rows


@njit(cache=True)
def begin_another(scratch):
    """Begin one of the requests that `Evidence.begin` has left room for."""
    scratch[5][0] += 1
    scratch[5][1] = 0


@njit(cache=True, _nrt=False)
def leave_out(scratch, items):
    """Take ``items`` back: an older mark is as if no source proposed them; they keep their rows."""
    marks, proposed, meta = scratch[1], scratch[3], scratch[5]
    for item in items:
        if marks[item] >= meta[0] << STAMP:
            proposed[marks[item] & ROW] = -1
            marks[item] &= ROW  # its row can still be read


class Evidence:
    """The scratch arrays; ``scratch`` is what kernels take.

    By row: values float32[rows, COLUMNS], sources uint16[rows], proposed int32[rows], the item, -1
    for one that is left out. By item: marks int64[items], stamp and row in one. rows int32[items]
    is what `add_rows` writes; meta int64[2] = (stamp, number of rows). There is a place for every
    item, but memory takes space only once it is written.
    """

    def __init__(self) -> None:
        self.meta = np.zeros(2, dtype=np.int64)
        self._make(CAPACITY_START)

    def _make(self, rows: int) -> None:
        self._room = rows
        self.marks = np.zeros(rows, dtype=np.int64)
        rows += 1  # `add_rows` clears the row after the last one
        values = np.zeros(rows * COLUMNS + _LINE, dtype=np.float32)
        start = -(values.ctypes.data // values.itemsize) % _LINE  # a row is two whole cache lines
        self.values = values[start : start + rows * COLUMNS].reshape(rows, COLUMNS)
        self.sources = np.zeros(rows, dtype=np.uint16)
        proposed, numbers = np.zeros((2, rows), dtype=np.int32)
        self.scratch = (self.values, self.marks, self.sources, proposed, numbers, self.meta)

    def begin(self, rows: int, requests: int = 1) -> None:
        """Begin the next request; items are numbered below ``rows``.

        Kernels may begin others after it, ``requests`` with it.
        """
        if rows > self._room:
            self._make(rows)  # nothing in the old ones counts any more
        if self.meta[0] + requests >= STAMPS:
            self.marks[:] = 0
            self.meta[0] = 0
        self.meta[0] += 1
        self.meta[1] = 0

    def values_of(self, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return float32[n, COLUMNS] of ``items``, which have a row in this request."""
        values: NDArray[np.float32] = self.values[self.marks[items] & ROW]
        return values

    def sources_of(self, items: NDArray[np.int32]) -> NDArray[np.uint16]:
        """Return uint16[n]: the bits of the sources that proposed each of ``items``."""
        sources: NDArray[np.uint16] = self.sources[self.marks[items] & ROW]
        return sources
