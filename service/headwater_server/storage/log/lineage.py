"""Whether log, head and archive are of one chain, and what the archive adds to the log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.segment import DamagedSegment
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.log.witness import Witness

_log = structlog.get_logger(__name__)
BACKUP = "restore the file from a backup"


class Lineage:
    """Looks back: over the archive's seam, and from a position to the log it must stand on."""

    def __init__(
        self, stream: Stream, archive: Archive | None, *, may_lose_end: bool = False
    ) -> None:
        """``may_lose_end`` says whether a power cut may take the last seconds, as `everysec`."""
        self._stream = stream
        self._may_lose_end = may_lose_end
        self._archive = archive
        self._cached: Sequence[Raw] = ()

    async def check(self, position: Position) -> None:
        """`LogBroken` unless head, stream and archive fit, and one of them has ``position``."""
        await self.check_head()
        await self.check_archive()
        await self.check_witness()
        if position != START:
            await self.check_position(position)

    async def check_head(self) -> None:
        """Compare the head with the stream's end; others may append meanwhile, so look again."""
        while True:
            head, last, again = (
                await self._stream.head(),
                await self._stream.last(),
                await self._stream.head(),
            )
            end = last.position if last else START
            if end == head:
                return
            if head == again:
                raise LogBroken(
                    f"entry {head.sequence} at {head.offset} at the end, as the head says",
                    f"entry {end.sequence} at {end.offset}",
                    "the stream and its head are not of one moment",
                )

    async def check_archive(self) -> None:
        """Notice a log that ends before its archive does, or that is another one."""
        end = await self._archive_end()
        if end == START:
            return
        head = await self._stream.head()
        expected = f"entry {end.sequence} at {end.offset}, where the archive ends"
        if head.sequence < end.sequence:
            raise LogBroken(
                expected,
                f"a log that ends at entry {head.sequence}",
                "the log lost its end, was restored from an older backup, or is another one",
            )
        there = await self._stream.at(end.offset)
        if there is None:
            there = await self._stream.first()
            if there and there.position.sequence > end.sequence:
                return  # trimmed by another one that archives; the chain is checked when read
        if there is None or there.position != end:
            raise LogBroken(expected, "another log", "the archive is not of this log")

    async def check_witness(self) -> None:
        """Notice entries that were on the log and are gone; say so where the mode allows it."""
        if self._archive is None:
            return
        said = await asyncio.to_thread(Witness(self._archive.path).read)
        if await self._is_held(said.newest):
            return
        head = await self._stream.head()
        lost = f"the log lost its end: entry {said.newest.sequence} was on it"
        if not self._may_lose_end or not await self._is_held(said.settled):
            raise LogBroken(
                f"entry {said.newest.sequence} at {said.newest.offset}, as was written down",
                f"a log that ends at entry {head.sequence}",
                lost,
            )
        _log.error(
            "the store lost the end of the log, as everysec allows when its machine dies; "
            "what callers send again is learned",
            entries_lost=said.newest.sequence - head.sequence,
            ends_at=head.sequence,
            was_at=said.newest.sequence,
        )

    async def _is_held(self, position: Position) -> bool:
        """Whether an entry is on the log, or was trimmed from it."""
        if position == START:
            return True
        there, first = await self._stream.at(position.offset), await self._stream.first()
        if there is None:
            return first is not None and first.position.sequence > position.sequence
        return there.position == position

    async def _archive_end(self) -> Position:
        if self._archive is None:
            return START
        try:
            return await asyncio.to_thread(self._archive.last)
        except (DamagedSegment, OSError) as error:
            raise LogBroken("an archive that can be read", str(error), BACKUP) from error

    async def check_position(self, position: Position) -> None:
        """`LogBroken` unless the log or the archive has this very entry."""
        there = await self._stream.at(position.offset)
        first = await self._stream.first()
        if there is None and first and first.position.sequence > position.sequence:
            before = Position("0-0", position.sequence - 1)
            there = next(iter(await self.archived(before, 1)), None)
        if there is not None and there.position == position:
            return
        expected, head = (
            f"entry {position.sequence} at {position.offset}",
            await self._stream.head(),
        )
        if there is not None and there.position.offset == position.offset:
            raise LogBroken(expected, f"entry {there.position.sequence} there", "it is another log")
        raise LogBroken(
            expected,
            f"none; the head is {head.sequence} at {head.offset}",
            _why(position, head, first),
        )

    async def archived(self, after: Position, count: int) -> list[Raw]:
        """Return what the archive holds right after a sequence number, [] if it does not."""
        if self._archive is None:
            return []
        wanted = after.sequence + 1
        if not (self._cached and self._covers(wanted)):
            try:
                self._cached = await asyncio.to_thread(self._archive.entries_after, after.sequence)
            except (DamagedSegment, OSError) as error:
                raise LogBroken(f"entry {wanted} archived", str(error), BACKUP) from error
        if not self._cached:
            return []
        start = wanted - self._cached[0].position.sequence
        page = list(self._cached[start : start + count])
        if self._cached[-1] is page[-1]:
            self._cached = ()  # the next page is of another segment
        return page

    def forget_read(self) -> None:
        """Keep no entries of a file that was rewritten."""
        self._cached = ()

    def _covers(self, sequence: int) -> bool:
        first, last = self._cached[0].position.sequence, self._cached[-1].position.sequence
        return first <= sequence <= last


def _why(position: Position, head: Position, first: Raw | None) -> str:
    if head.sequence < position.sequence:
        return f"the log lost its end: entries {head.sequence + 1} to {position.sequence} are gone"
    if first and first.position.sequence > position.sequence:
        return (
            f"the log begins at entry {first.position.sequence} by now, and no archive here "
            "holds what came before"
        )
    return "the log is another one, or lost its end and went on without it"
