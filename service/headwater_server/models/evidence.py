"""Scratch that sources write their evidence into: one row an item, cleared by a stamp.

Not state: it is written and read within one request, and the next request starts a new stamp.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from headwater_server.models.base import CAPACITY_START

NEXT, NEXT_FAR, NEXT_BACK, NEXT_STEP, NEXT_FAR_STEP, NEXT_NEAR = 0, 1, 2, 3, 4, 5
SESSION, TOGETHER, PATHS, STRONGEST, LIFT_NEAR, LIFT, SHARE, PAIR_LAST = 6, 7, 8, 9, 10, 11, 12, 13
OWN_SESSION, OWN, OWN_COUNT, OWN_AGE = 14, 15, 16, 17
CONTENT_NEAR, CONTENT = 18, 19
CIRCUMSTANCES, CIRCUMSTANCES_OFTEN = 20, 21
WALK, WORDS, OWN_DUE = 22, 23, 24
COLUMNS = 32  # more than is used: a row of float32 is as long as two cache lines

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


@njit(cache=True)
def add_rows(scratch, items, source):
    """Make sure that each of ``items`` has a row in this request, and note its source.

    It takes a whole row of neighbours at a time: a call inside the sources' innermost loops would
    count references there, and signed indices are tested for -1; both made them four times slower.
    """
    values, stamps, sources, proposed, meta = scratch
    stamp, count = meta[0], meta[1]
    for signed in items:
        item = np.uint64(signed)
        # A row of an older stamp is from an earlier request. Only the rows that this request
        # reaches, some hundreds, are cleared, not those of the whole catalogue.
        if stamps[item] != stamp:
            stamps[item] = stamp
            for column in range(COLUMNS):
                values[item, column] = np.float32(0.0)
            sources[item] = np.uint16(0)
            proposed[count] = item
            count += 1
        sources[item] |= np.uint16(source)
    meta[1] = count


class Evidence:
    """The scratch arrays; ``scratch`` is what kernels take.

    values float32[items, COLUMNS], stamps int64[items], sources uint16[items],
    proposed int32[items] in order of first proposal, meta int64[2] = (stamp, number proposed).
    """

    def __init__(self) -> None:
        self.values = np.zeros((CAPACITY_START, COLUMNS), dtype=np.float32)
        self.stamps = np.zeros(CAPACITY_START, dtype=np.int64)
        self.sources = np.zeros(CAPACITY_START, dtype=np.uint16)
        self.proposed = np.zeros(CAPACITY_START, dtype=np.int32)
        self.meta = np.zeros(2, dtype=np.int64)
        self.scratch = self._tuple()

    def _tuple(self) -> tuple[Any, ...]:
        return self.values, self.stamps, self.sources, self.proposed, self.meta

    def begin(self, rows: int) -> None:
        """Begin the next request; items are numbered below ``rows``."""
        if rows > len(self.values):  # nothing in them counts any more, so nothing is copied
            for name in ("values", "stamps", "sources", "proposed"):
                small = getattr(self, name)
                setattr(self, name, np.zeros((rows, *small.shape[1:]), dtype=small.dtype))
            self.scratch = self._tuple()
        self.meta[0] += 1
        self.meta[1] = 0
