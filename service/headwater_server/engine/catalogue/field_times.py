"""When each field of an item was written: once for all fields, until their times differ."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.snapshot.state import ScalarList
from headwater_server.models.base import CAPACITY_START, growing

UNSET = np.iinfo(np.int64).min
"""Any write is newer, also one dated before 1970."""


class FieldTimes:
    """Milliseconds by item and field: 12 bytes an item, and 8 a field once the times differ.

    >>> times = FieldTimes(fields=3)
    >>> times.put(0, [0, 1, 2], 50); times.put(0, [1], 70)
    >>> times.of(0).tolist(), times.newest(0)
    ([50, 70, 50], 70)
    >>> times.fill(0, 80); times.of(0).tolist()
    [80, 80, 80]
    """

    def __init__(self, fields: int) -> None:
        self._newest = np.full(CAPACITY_START, UNSET, dtype=np.int64)
        self._places = np.zeros(CAPACITY_START, dtype=np.uint32)  # in `_apart`; 0: times are equal
        self._apart = np.zeros((1, fields), dtype=np.int64)
        self._used, self._spare = 1, ScalarList()

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        newest = yield from growing(self._newest, rows, UNSET)
        places = yield from growing(self._places, rows)
        self._newest, self._places = newest, places

    @property
    def has_room(self) -> bool:
        """Whether `making_room` has nothing to do."""
        return self._used < len(self._apart)

    def making_room(self) -> Generator[None, None, None]:
        """Make room for one more item whose times differ, in steps."""
        if self._used == len(self._apart):
            self._apart = yield from growing(self._apart, 2 * self._used)

    def newest(self, item: int) -> int:
        """Return the time of the newest write of any field."""
        return int(self._newest[item])

    def of(self, item: int) -> NDArray[np.int64]:
        """Return int64[fields]: when each was written."""
        place = int(self._places[item])
        times = np.full(self._apart.shape[1], self._newest[item])
        if place:
            times[:] = self._apart[place]
        return times

    def put(self, item: int, fields: Sequence[int], time_ms: int) -> None:
        """Note that ``fields`` were written at ``time_ms``."""
        times = self.of(item)
        times[list(fields)] = time_ms
        if (times == times[0]).all():
            self.fill(item, int(times[0]))
            return
        place = self._place(item)
        self._apart[place] = times
        self._newest[item] = times.max()

    def fill(self, item: int, time_ms: int) -> None:
        """Note that all fields were written at ``time_ms``."""
        self._newest[item] = time_ms
        place = int(self._places[item])
        if place:
            self._spare.append(place)
            self._places[item] = 0

    def _place(self, item: int) -> int:
        """Return the place of the item's own times, a new one if needed."""
        place = int(self._places[item])
        if place:
            return place
        if self._spare:
            place = self._spare.pop()
        else:
            place = self._used
            for _ in self.making_room():
                pass
            self._used += 1
        self._places[item] = place
        return place

    def set_back(self, now_ms: int) -> None:
        """Count writes that were noted after ``now_ms`` as written then."""
        for times in (self._newest, self._apart):
            np.minimum(times, now_ms, out=times)

    def state(self) -> dict[str, Any]:
        """Return the times, and the places that are free."""
        apart = self._apart[: self._used]
        return {
            "newest": self._newest,
            "places": self._places,
            "apart": apart,
            "spare": ScalarList(self._spare),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._newest, self._places = state["newest"], state["places"]
        self._apart, self._spare = state["apart"], ScalarList(state["spare"])
        self._used = len(self._apart)
