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
COLUMNS = 20

FROM_NEXT, FROM_TOGETHER, FROM_OWN, FROM_POPULAR, FROM_CONTENT, FROM_NEW, FROM_CALLER = (
    1,
    2,
    4,
    8,
    16,
    32,
    64,
)
SOURCES: dict[int, str] = {
    FROM_NEXT: "next",
    FROM_TOGETHER: "together",
    FROM_OWN: "history",
    FROM_POPULAR: "popular",
    FROM_CONTENT: "content",
    FROM_NEW: "new",
    FROM_CALLER: "candidates",
}


@njit(cache=True)
def touch(scratch, item, source):  # type: ignore[no-untyped-def]
    """Make sure that ``item`` has a row in this question, and note who proposed it."""
    values, stamps, sources, touched, meta = scratch
    if stamps[item] != meta[0]:
        stamps[item] = meta[0]
        values[item] = 0.0
        sources[item] = 0
        touched[meta[1]] = item
        meta[1] += 1
    sources[item] |= source


class Evidence:
    """The scratch arrays; ``scratch`` is what kernels take.

    values float32[items, COLUMNS], stamps int64[items], sources uint8[items],
    touched int32[items] in order of first touch, meta int64[2] = (stamp, number touched).
    """

    def __init__(self) -> None:
        self.values = np.zeros((CAPACITY_START, COLUMNS), dtype=np.float32)
        self.stamps = np.zeros(CAPACITY_START, dtype=np.int64)
        self.sources = np.zeros(CAPACITY_START, dtype=np.uint8)
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
