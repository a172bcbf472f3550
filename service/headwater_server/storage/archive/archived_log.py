"""A log that is read from its archive alone, such as a copy on an analyst's machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import Position, offset_key
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.segment import DamagedSegment
from headwater_server.storage.codecs.raw import Raw, check_chained
from headwater_server.storage.codecs.stored_entry import StoredEntry

FIX = "copy the file again, or restore it from a backup"


class ArchivedLog:
    """The reading half of `replica.ports.log.Log`; nothing is written."""

    def __init__(self, archive: Archive) -> None:
        """Name the archive; nothing is read yet."""
        self._archive = archive

    async def head(self) -> Position:
        """Return where the archive ends, `START` if it is empty; `LogBroken` if it is damaged."""
        try:
            return await asyncio.to_thread(self._archive.last)
        except (DamagedSegment, OSError) as error:
            raise LogBroken("an archive that can be read", str(error), FIX) from error

    async def iterate(
        self, after: Position, until: str | None = None
    ) -> AsyncIterator[StoredEntry]:
        """Yield the entries after ``after``, up to and including the offset ``until``.

        `LogBroken` if one is missing or damaged, `UnreadableEntry` if another build wrote it.
        """
        end = offset_key(until) if until else None
        while segment := await self._segment(after):
            for entry in segment:
                if end is not None and offset_key(entry.position.offset) > end:
                    return
                check_chained(after, entry)
                after = entry.position
                yield entry.parsed()
        if after.sequence < (await self.head()).sequence:
            missing = f"entry {after.sequence + 1} after {after.offset}"
            raise LogBroken(missing, "a gap in the archive", FIX)

    async def _segment(self, after: Position) -> list[Raw]:
        try:
            return await asyncio.to_thread(self._archive.entries_after, after.sequence)
        except (DamagedSegment, OSError) as error:
            expected = f"entry {after.sequence + 1} archived"
            raise LogBroken(expected, str(error), FIX) from error

    def first_sequence(self) -> int:
        """Return the number of the first entry, 0 if there is none."""
        return self._archive.span()[0]
