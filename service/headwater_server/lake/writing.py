"""Write the log into the lake, an hour at a time; what is there stays, and the rest follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from headwater_server.lake.files import HOUR_MS, Lake, LakeFile, hour_of, span_of, write_file
from headwater_server.lake.schema import Row, batch_of, rows_of
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import Position, time_ms_of
from headwater_server.storage.codecs.stored_entry import StoredEntry

BATCH_ROWS, FILE_ROWS = 10_000, 200_000
GRACE_MS = 60_000
"""An hour is over so long after its end: the store's clock may be behind this machine's."""


class StoredLog(Protocol):
    """The reading half of a log as a store keeps it."""

    async def head(self) -> Position:
        """Return the position of the last entry."""

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[StoredEntry]:
        """See `replica.ports.log.Log.iterate`."""


@dataclass
class Written:
    """What a run wrote, and what waits for the end of its hour."""

    files: int = 0
    operations: int = 0
    events: int = 0
    waiting: int = 0
    out_of_reach: list[str] = field(default_factory=list)


class _File:
    """The rows of the file that is being collected."""

    def __init__(self, before: Position) -> None:
        self.before = self.last = before
        self.hour_ms = 0
        self.rows = self.events = 0
        self._batches: list[pa.RecordBatch] = []
        self._open: list[Row] = []

    def takes(self, entry: StoredEntry) -> bool:
        """Return whether the entry belongs to this file."""
        hour_ms = hour_of(time_ms_of(entry.position.offset))
        return not self.rows or (hour_ms == self.hour_ms and self.rows < FILE_ROWS)

    def add(self, entry: StoredEntry) -> None:
        """Add all operations of an entry."""
        if not self.rows:
            self.hour_ms = hour_of(time_ms_of(entry.position.offset))
        for row in rows_of(entry):
            self._open.append(row)
            self.rows += 1
            self.events += row["kind"] == "event"
        self.last = entry.position
        if len(self._open) >= BATCH_ROWS:
            self._close_batch()

    def batches(self) -> list[pa.RecordBatch]:
        """Return everything that was added."""
        self._close_batch()
        return self._batches

    def _close_batch(self) -> None:
        if self._open:
            self._batches.append(batch_of(self._open))
            self._open = []


async def write(
    log: StoredLog,
    lake: Lake,
    now_ms: int,
    *,
    also_open: bool = False,
    on_entry: Callable[[int], None] = lambda _sequence: None,
) -> Written:
    """Write all hours that are over; with ``also_open`` the one that is not, too.

    It begins after the last file, so it continues where it was stopped, also by a kill. Raises
    `BadLake` if the lake is of another log.
    """
    written, file = Written(), _File(await asyncio.to_thread(lake.end))
    async for entry in _entries_after(log, lake, file.before):
        if not file.takes(entry):
            await _put(lake, file, written)
            file = _File(file.last)
        file.add(entry)
        on_entry(entry.position.sequence)
    over = file.hour_ms + HOUR_MS + GRACE_MS <= now_ms
    if file.rows and (over or also_open):
        await _put(lake, file, written)
    else:
        written.waiting = file.rows
    return written


async def _entries_after(log: StoredLog, lake: Lake, end: Position) -> AsyncIterator[StoredEntry]:
    """Yield the log's entries after the lake's; `LogBroken` if some between are gone."""
    head = await log.head()
    is_shorter = head.sequence < end.sequence
    if is_shorter or (head.sequence == end.sequence and head != end):
        raise lake.other_log(f", which ends with {head.sequence} at {head.offset}")
    try:
        async for entry in log.iterate(end):
            yield entry
    except LogBroken as error:
        if error.found_sequence is not None and error.found_sequence <= end.sequence + 1:
            raise lake.other_log() from None
        raise


async def _put(lake: Lake, file: _File, written: Written) -> None:
    await asyncio.to_thread(lake.put, file.batches(), file.before, file.last, file.hour_ms)
    written.files += 1
    written.operations += file.rows
    written.events += file.events


async def rewrite(log: StoredLog, lake: Lake) -> Written:
    """Write every file again from the log, so that what was erased there is gone here, too.

    A file whose entries the log and its archive no longer hold stays as it is, and is named.
    """
    written = Written()
    for file in await asyncio.to_thread(lake.files):
        try:
            again = await _collected(log, file)
        except LogBroken:
            written.out_of_reach.append(str(file.path))
            continue
        await asyncio.to_thread(write_file, file.path, again.batches(), again.before, again.last)
        written.files += 1
        written.operations += again.rows
        written.events += again.events
    return written


async def _collected(log: StoredLog, file: LakeFile) -> _File:
    before, last = await asyncio.to_thread(span_of, file)
    again = _File(before)
    async for entry in log.iterate(before, until=last.offset):
        again.add(entry)
    if again.last != last:
        raise LogBroken(f"entry {last.sequence} at {last.offset}", "the end of the log", "")
    return again
