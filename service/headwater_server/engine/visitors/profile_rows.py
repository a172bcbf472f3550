"""The row of each profile, found by a hash of its key: 24 bytes a profile, and no text is kept."""

from __future__ import annotations

import struct
from collections.abc import Generator
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.snapshot.state import ScalarList
from headwater_server.engine.visitors.found_by import FoundBy
from headwater_server.models.base import CAPACITY_START, growing

STEP_ROWS = 20_000
"""Rows that are linked in one step, a few milliseconds."""
_WORD = (1 << 64) - 1

# The process's own secret, as for a dictionary of strings: otherwise a page could choose visitor
# ids that all share one bucket. It decides no row and no answer, so replicas may differ in it.
_SECRET = hash("buckets of profiles") & _WORD | 1


class ProfileRows:
    """Rows by 128 bits of a hash, in buckets: each names its newest row, and a row the one before.

    Two of a billion visitors share a row with a probability of 1e-21, and nobody can compute an id
    that hits another's row. The rows of profiles that left are used again, the last one first.

    >>> rows = ProfileRows()
    >>> rows.enter("vann"), rows.enter("vbob"), rows.find("vann"), rows.find("veve")
    (0, 1, 0, -1)
    >>> rows.leave(0)
    >>> rows.find("vann"), rows.enter("veve"), len(rows)
    (-1, 0, 2)
    """

    def __init__(self) -> None:
        self.used = 0  # rows below it have, or had, a profile
        self._spare: list[int] = []
        links = (np.zeros(CAPACITY_START, np.uint32) for _ in range(2))
        self._set(np.zeros((CAPACITY_START, 2), np.uint64), *links)

    def _set(
        self, hashes: NDArray[np.uint64], earlier: NDArray[np.uint32], newest: NDArray[np.uint32]
    ) -> None:
        self._hashes, self._links = hashes, (earlier, newest)
        # a view gives Python's numbers, three times as fast as an array gives its own
        self._words = _view(hashes.reshape(-1))
        self._earlier, self._newest = _view(earlier), _view(newest)  # a row + 1, 0: none
        self._shift = 64 - (len(newest).bit_length() - 1)
        self.found_by = FoundBy(hashes, earlier, newest, np.uint64(self._shift), np.uint64(_SECRET))

    def __len__(self) -> int:
        return self.used - len(self._spare)

    @property
    def capacity(self) -> int:
        """Rows for which there is room; a power of two."""
        return len(self._newest)

    def free_places(self, most: int) -> int:
        """Return for how many more there is room, with at most ``most`` in all."""
        return min(most + len(self._spare), len(self._newest)) - self.used

    def spare(self, most: int) -> NDArray[np.int64]:
        """Return int64[n]: up to ``most`` rows that are used again, in the order of their use."""
        return np.array(self._spare[: -most - 1 : -1], dtype=np.int64)

    def entered(self, count: int, of_spare: int) -> None:
        """Count profiles that a kernel has entered, the first of them in spare rows."""
        self.used += count - of_spare
        if of_spare:
            del self._spare[-of_spare:]

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.find(key) >= 0

    def find(self, key: str) -> int:
        """Return the row of ``key``, -1 if it has none, as "" always."""
        if not key:
            return -1
        high, low = hashed(key)
        words = self._words
        row = self._newest[(low * _SECRET & _WORD) >> self._shift] - 1  # its `_bucket`, at once
        while row >= 0 and (words[2 * row] != high or words[2 * row + 1] != low):
            row = self._earlier[row] - 1
        return row

    def _bucket(self, low: int) -> int:
        """Return high bits of a hash times a secret odd number (Dietzfelbinger et al., 1997)."""
        return (low * _SECRET & _WORD) >> self._shift

    def is_used(self, row: int) -> bool:
        """Whether a row has a profile."""
        return bool(self._words[2 * row] or self._words[2 * row + 1])

    def enter(self, key: str) -> int:
        """Give ``key``, which has none, a row."""
        if self._spare:
            row = self._spare.pop()
        else:
            row = self.used
            for _ in self.reserving(row + 1):
                pass
            self.used += 1
        high, low = hashed(key)
        bucket = self._bucket(low)
        self._words[2 * row], self._words[2 * row + 1] = high, low
        self._earlier[row], self._newest[bucket] = self._newest[bucket], row + 1
        return row

    def leave(self, row: int) -> None:
        """Take the row from its profile."""
        bucket = self._bucket(self._words[2 * row + 1])
        at = self._newest[bucket] - 1
        if at == row:
            self._newest[bucket] = self._earlier[row]
        else:
            while self._earlier[at] - 1 != row:
                at = self._earlier[at] - 1
            self._earlier[at] = self._earlier[row]
        self._words[2 * row] = self._words[2 * row + 1] = self._earlier[row] = 0
        self._spare.append(row)

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for rows below ``rows``, in steps between which it may be read."""
        if rows > self.capacity:
            room = 1 << (rows - 1).bit_length()
            hashes = yield from growing(self._hashes, room)
            yield from self._linking(hashes)

    def _linking(self, hashes: NDArray[np.uint64]) -> Generator[None, None, None]:
        earlier, newest = (np.zeros(len(hashes), np.uint32) for _ in range(2))
        shift = np.uint64(64 - (len(hashes).bit_length() - 1))
        for start in range(0, self.used, STEP_ROWS):
            _link(hashes[: self.used], start, shift, earlier, newest)
            yield
        self._set(hashes, earlier, newest)

    def state(self) -> dict[str, Any]:
        """Return the hashes by row, and the rows that are free."""
        return {"hashes": self._hashes[: self.used], "spare": ScalarList(self._spare)}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._spare, self.used = list(state["spare"]), len(state["hashes"])
        room = max(CAPACITY_START, 1 << max(0, self.used - 1).bit_length())
        hashes = np.zeros((room, 2), np.uint64)
        hashes[: self.used] = state["hashes"]
        for _ in self._linking(hashes):
            pass


def _view(numbers: NDArray[Any]) -> memoryview[int]:
    return memoryview(numbers)  # type: ignore[arg-type]  # a view of integers gives integers


def _link(
    hashes: NDArray[np.uint64],
    start: int,
    shift: np.uint64,
    earlier: NDArray[np.uint32],
    newest: NDArray[np.uint32],
) -> None:
    """Put `STEP_ROWS` rows from ``start`` on into their buckets; free rows are zeros."""
    part = hashes[start : start + STEP_ROWS]
    rows = start + np.flatnonzero(part.any(axis=1))
    buckets = (hashes[rows, 1] * np.uint64(_SECRET)) >> shift
    order = np.argsort(buckets, kind="stable")
    rows, buckets = rows[order], buckets[order]
    before = np.concatenate(([0], rows[:-1] + 1))
    begins = np.flatnonzero(np.diff(buckets, prepend=buckets[:1] + np.uint64(1)))
    before[begins] = newest[buckets[begins]]
    earlier[rows] = before
    newest[buckets] = rows + 1  # of equal buckets the last counts


_WORDS = struct.Struct(">QQ")


@lru_cache(maxsize=1024)  # an event looks up its profiles several times, and a visitor comes again
def hashed(key: str) -> tuple[int, int]:
    """Return the two words by which a profile is found."""
    high, low = _WORDS.unpack(hash_of(key))
    return high, low


def hash_of(key: str) -> bytes:
    """Return the 16 bytes of both words."""
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
