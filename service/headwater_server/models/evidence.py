"""Scratch that sources write their evidence into: one row an item, cleared by a stamp.

Not state: it is written and read within one question, and the next question starts a new stamp.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from headwater_server.models.base import CAPACITY_START, grown

NEXT, NEXT_FAR, NEXT_BACK, NEXT_STEP, NEXT_FAR_STEP, NEXT_NEAR = 0, 1, 2, 3, 4, 5
SESSION, TOGETHER, PATHS, STRONGEST, LIFT_NEAR, LIFT, SHARE, PAIR_LAST = 6, 7, 8, 9, 10, 11, 12, 13
OWN_SESSION, OWN, OWN_COUNT, OWN_AGE = 14, 15, 16, 17
CONTENT_NEAR, CONTENT = 18, 19
CIRCUMSTANCES, CIRCUMSTANCES_OFTEN = 20, 21
WALK, WORDS, OWN_DUE = 22, 23, 24
COLUMNS = 32  # with room to spare: a row is two lines of the cache

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
def touch(scratch, items, source):
    """Make sure that each of ``items`` has a row in this question, and note who proposed it.

    A whole row of neighbours at a time: a call inside the sources' innermost loops would count
    references there, and signed indices are tested for -1, which made them four times slower.
    """
    values, stamps, sources, touched, meta = scratch
    stamp, count = meta[0], meta[1]
    for signed in items:
        item = np.uint64(signed)
        if stamps[item] != stamp:
            stamps[item] = stamp
            for column in range(COLUMNS):
                values[item, column] = np.float32(0.0)
            sources[item] = np.uint16(0)
            touched[count] = item
            count += 1
        sources[item] |= np.uint16(source)
    meta[1] = count


class Evidence:
    """The scratch arrays; ``scratch`` is what kernels take.

    values float32[items, COLUMNS], stamps int64[items], sources uint16[items],
    touched int32[items] in order of first touch, meta int64[2] = (stamp, number touched).
    """

    def __init__(self) -> None:
        self.values = np.zeros((CAPACITY_START, COLUMNS), dtype=np.float32)
        self.stamps = np.zeros(CAPACITY_START, dtype=np.int64)
        self.sources = np.zeros(CAPACITY_START, dtype=np.uint16)
        self.touched = np.zeros(CAPACITY_START, dtype=np.int32)
        self.meta = np.zeros(2, dtype=np.int64)

    @property
    def scratch(self) -> tuple[Any, ...]:
        """The arrays as kernels take them."""
        return self.values, self.stamps, self.sources, self.touched, self.meta

    def begin(self, rows: int) -> None:
        """Forget the question before; items are numbered below ``rows``."""
        for name in ("values", "stamps", "sources", "touched"):
            setattr(self, name, grown(getattr(self, name), rows))
        self.meta[0] += 1
        self.meta[1] = 0
