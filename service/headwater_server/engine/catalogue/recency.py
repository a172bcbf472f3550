"""The least recently active rows: the last act of each row, in one array."""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.eviction import CLASSES, evicted_class
from headwater_server.models.base import CAPACITY_START, growing

Key = TypeVar("Key")
Value = TypeVar("Value")


def drop_first(entries: dict[Key, Value], most: int) -> None:
    """Drop the first entries if there are more than ``most``: the surplus, at least a 64th part.

    Dropping them one by one is slow: a dictionary scans the places of all dropped entries each
    time.

    >>> entries = {"a": 1, "b": 2, "c": 3}
    >>> drop_first(entries, 2); entries
    {'b': 2, 'c': 3}
    """
    if len(entries) > most:
        for key in list(islice(entries, max(len(entries) - most, most // 64))):
            del entries[key]


class Recency:
    """When each row was active last, counted in acts; 0 for a free row.

    A snapshot copies it in one step, which an ordered dictionary does not allow. The price: the
    inactive rows are found by a scan, so a 64th part is removed at a time. A row has a class (see
    `eviction`), which only rises while the row is used.

    >>> recency = Recency()
    >>> for row in (0, 1, 2, 0):
    ...     recency.act(row)
    >>> recency.inactive(most=128).tolist()
    [1, 2]
    >>> recency.raise_class(2, 2)
    >>> recency.inactive(most=10).tolist()
    [1]
    """

    def __init__(self) -> None:
        self._last = np.zeros(CAPACITY_START, dtype=np.int64)
        self._classes = np.zeros(CAPACITY_START, dtype=np.uint8)
        self._acts = 0

    def act(self, row: int) -> None:
        """Note that ``row`` is active now."""
        if row >= len(self._last):
            for _ in self.reserving(2 * row):
                pass
        self._acts += 1
        self._last[row] = self._acts

    @property
    def noted(self) -> tuple[NDArray[np.int64], NDArray[np.uint8], int]:
        """What a kernel notes acts in: (the last act of each row, classes, acts so far)."""
        return self._last, self._classes, self._acts

    def acted(self, acts: int) -> None:
        """Count acts that a kernel has noted."""
        self._acts += acts

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for rows below ``rows``, in steps between which it may be read."""
        last = yield from growing(self._last, rows)
        classes = yield from growing(self._classes, rows)
        self._last, self._classes = last, classes

    def raise_class(self, row: int, to: int) -> None:
        """Give a row in use the class ``to``, unless it has a higher one."""
        if to > self._classes.item(row):
            self._classes[row] = to

    def inactive(self, most: int) -> NDArray[np.int64]:
        """Return the longest inactive rows of the class that goes first: a 64th of ``most``."""
        rows: NDArray[np.int64] = np.flatnonzero(self._last)
        classes = self._classes[rows]
        counts = np.bincount(classes, minlength=CLASSES).tolist()
        rows = rows[classes == evicted_class(counts, most)]
        return self._first(rows, max(1, most // 64))

    def oldest(self, count: int) -> NDArray[np.int64]:
        """Return the ``count`` longest inactive rows of all classes, oldest first."""
        return self._first(np.flatnonzero(self._last), count)

    def _first(self, rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
        """Return the ``count`` rows that acted first, in order; no two rows acted at once."""
        if count < len(rows):  # sorting all of them takes ten times as long
            rows = rows[np.argpartition(self._last[rows], count)[:count]]
        return rows[np.argsort(self._last[rows])]

    def last(self, row: int) -> int:
        """Return the number of the last act of a row among all acts, 0 for a free row."""
        return int(self._last[row])

    def clear(self, row: int) -> None:
        """Mark a row as free."""
        self._last[row] = self._classes[row] = 0

    def state(self) -> dict[str, Any]:
        """Return the counts and the classes."""
        return {"last": self._last, "classes": self._classes, "acts": self._acts}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._last, self._classes = state["last"], state["classes"]
        self._acts = state["acts"]
