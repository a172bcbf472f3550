"""Event ids in order of arrival: packed rows in blocks, which only grow at one end.

A row is 22 bytes: 8 of the id's hash, 4 of the content's, 4 of the owner's, 4 that lead to the
earlier row of the same bucket (see `id_buckets`), and 2 of the time. The time's upper part is
stored once for the 65.5 seconds that share it. A written row never changes, so a snapshot may read
it while others come; what has to change is copied first. Full blocks are never moved, so no event
waits for a table that grows.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK_ROWS = 1 << 14
TICKS = 1 << 16
"""Milliseconds of one epoch: what the two bytes of a row's time can count."""
NOBODY = 0
"""The owner of an id whose person was erased."""

_FIELDS = [("ids", "<u8"), ("contents", "<u4"), ("owners", "<u4"), ("back", "<u4"), ("tick", "<u2")]
ROW = np.dtype(_FIELDS)
_PACKED = struct.Struct("<QIIIH")
ROW_BYTES = _PACKED.size
Columns = dict[str, NDArray[Any]]


class IdRows:
    """Rows at places that count up from 1; a place is never used twice.

    >>> rows = IdRows()
    >>> rows.append(7, content=8, owner=9, back=0, time_ms=100_000)
    >>> rows.read(1)
    (7, 8, 9, 0)
    >>> rows.time_ms(1), len(rows)
    (100000, 1)
    """

    def __init__(self) -> None:
        self.first = self.next = self._base = 1  # `_base`: the place of the first block's first row
        self._blocks: list[array[int]] = []
        self._epochs = array("q")
        self._begins = array("q")  # the first place of each epoch; the first row is in the first

    def __len__(self) -> int:
        return self.next - self.first

    def append(self, key: int, content: int, owner: int, back: int, time_ms: int) -> None:
        """Write a row at the place ``next``; numbers of 64, 32, 32 and 32 bits."""
        block, row = divmod(self.next - self._base, BLOCK_ROWS)
        if block == len(self._blocks):
            self._blocks.append(array("B", bytes(BLOCK_ROWS * ROW_BYTES)))
        epoch, tick = divmod(time_ms, TICKS)
        if not self._epochs or self._epochs[-1] != epoch:
            self._epochs.append(epoch)
            self._begins.append(self.next)
        _PACKED.pack_into(self._blocks[block], row * ROW_BYTES, key, content, owner, back, tick)
        self.next += 1

    def extend(
        self,
        keys: NDArray[np.uint64],
        contents: NDArray[np.uint32],
        owners: NDArray[np.uint32],
        back: Sequence[int],
        times_ms: NDArray[np.int64],
    ) -> None:
        """Write a row for each, as `append` does."""
        rows = np.empty(len(keys), ROW)
        columns = keys, contents, owners, back, times_ms % TICKS
        for name, column in zip(ROW.names or (), columns, strict=True):
            rows[name] = column
        self._begin_epochs(times_ms)
        written = 0
        while written < len(rows):
            block, row = divmod(self.next - self._base, BLOCK_ROWS)
            if block == len(self._blocks):
                self._blocks.append(array("B", bytes(BLOCK_ROWS * ROW_BYTES)))
            part = rows[written : written + BLOCK_ROWS - row]
            np.frombuffer(self._blocks[block], ROW)[row : row + len(part)] = part
            written, self.next = written + len(part), self.next + len(part)

    def _begin_epochs(self, times_ms: NDArray[np.int64]) -> None:
        """Begin the epochs of further rows, whose times do not go back."""
        last = self._epochs[-1] if self._epochs else -1
        if last == int(times_ms[0]) // TICKS == int(times_ms[-1]) // TICKS:
            return
        epochs = times_ms // TICKS
        changes = np.flatnonzero(np.diff(epochs, prepend=last))
        self._epochs.extend(epochs[changes].tolist())
        self._begins.extend((self.next + changes).tolist())

    def read(self, place: int) -> tuple[int, int, int, int]:
        """Return id, content, owner, and how many places back its bucket's earlier row is."""
        key, content, owner, back, _ = self._unpacked(place)
        return key, content, owner, back

    def time_ms(self, place: int) -> int:
        """Return when the row of ``place`` was written."""
        epoch = self._epochs[bisect_right(self._begins, place) - 1]
        return epoch * TICKS + self._unpacked(place)[4]

    def _unpacked(self, place: int) -> tuple[int, int, int, int, int]:
        block, row = divmod(place - self._base, BLOCK_ROWS)
        key, content, owner, back, tick = _PACKED.unpack_from(self._blocks[block], row * ROW_BYTES)
        return key, content, owner, back, tick

    def expire(self, limit_ms: int) -> None:
        """Remove the oldest rows, up to the first that was written after ``limit_ms``."""
        while self.first < self.next and self._is_first_old(limit_ms):
            whole = (self._epochs[0] + 1) * TICKS <= limit_ms  # all rows of the epoch are old
            self.drop(self._epoch_end() - self.first if whole else 1)

    def _is_first_old(self, limit_ms: int) -> bool:
        begun = self._epochs[0] * TICKS <= limit_ms  # else nothing has to be unpacked
        return begun and self.time_ms(self.first) <= limit_ms

    def _epoch_end(self) -> int:
        return self._begins[1] if len(self._begins) > 1 else self.next

    def drop(self, count: int) -> None:
        """Remove the ``count`` oldest rows, and the blocks in which no row is left."""
        self.first += count
        passed = bisect_right(self._begins, self.first) - 1
        if passed > 0:
            del self._begins[:passed], self._epochs[:passed]
        blocks = (self.first - self._base) // BLOCK_ROWS
        if blocks > 0:
            del self._blocks[:blocks]
            self._base += blocks * BLOCK_ROWS

    def disown(self, owner: int) -> None:
        """Replace ``owner`` by nobody, in copies of the blocks."""
        for number, block in enumerate(self._blocks):
            owned = np.frombuffer(block, ROW)["owners"] == owner
            if owned.any():
                self._blocks[number] = array("B", block)
                np.frombuffer(self._blocks[number], ROW)["owners"][owned] = NOBODY

    def columns(self) -> Callable[[], Columns]:
        """Return what makes ids, contents, owners and times of these rows, at any later time."""
        blocks, skipped, count = list(self._blocks), self.first - self._base, len(self)
        epochs, begins = self._epochs[:], array("q", (*self._begins, self.next))
        begins[0] = self.first

        def make() -> Columns:
            rows = np.concatenate([np.empty(0, ROW), *(np.frombuffer(b, ROW) for b in blocks)])
            rows = rows[skipped : skipped + count]
            starts = np.frombuffer(begins, np.int64)
            epoch = np.repeat(np.frombuffer(epochs, np.int64), starts[1:] - starts[:-1])
            named = {name: rows[name].copy() for name in ("ids", "contents", "owners")}
            return {**named, "times_ms": epoch * TICKS + rows["tick"]}

        return make

    def fill(self, columns: Columns, back: NDArray[np.uint32]) -> None:
        """Replace all rows by these `columns`, at places from 1."""
        times_ms = columns["times_ms"]
        count, blocks = len(times_ms), -(-len(times_ms) // BLOCK_ROWS)
        rows = np.zeros(blocks * BLOCK_ROWS, ROW)
        for name, column in {**columns, "back": back, "tick": times_ms % TICKS}.items():
            if name != "times_ms":
                rows[name][:count] = column
        parts = (rows[at : at + BLOCK_ROWS] for at in range(0, count, BLOCK_ROWS))
        self._blocks = [array("B", part.tobytes()) for part in parts]
        epochs = times_ms // TICKS
        changes = np.flatnonzero(np.diff(epochs, prepend=-1)) if count else np.empty(0, np.int64)
        self._epochs = array("q", epochs[changes].tolist())
        self._begins = array("q", (changes + 1).tolist())
        self.first, self._base, self.next = 1, 1, count + 1
