"""Checks that log, head and archive form one chain, and reads archived entries."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.fork import BACKUP
from headwater_server.storage.archive.segment import DamagedSegment
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.log.stream import Entries
from headwater_server.storage.log.witness import Witness

_log = structlog.get_logger(__name__)


class Lineage:
    """Checks the past of the log: its boundary with the archive, and a state's position."""

    def __init__(
        self,
        stream: Entries,
        archive: Archive | None,
        *,
        may_lose_end: bool = False,
        may_fail_over: bool = False,
    ) -> None:
        """``may_lose_end``: a power cut may lose the last seconds, as with `everysec`.

        ``may_fail_over``: another server may take over, without all that was on the log.
        """
        self._may_fail_over = may_fail_over
        self._stream = stream
        self._may_lose_end = may_lose_end
        self._archive = archive
        self._cached: Sequence[Raw] = ()
        self._warned = False

    async def check(self, position: Position) -> None:
        """Raise `LogBroken` unless head, stream and archive match and contain ``position``."""
        await self.check_head()
        await self.check_archive()
        await self.check_witness()
        if position != START:
            await self.check_position(position)

    async def check_head(self) -> None:
        """Compare the head with the stream's end; repeat if another process appends meanwhile."""
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
                    f"entry {head.sequence} at {head.offset} at the end, according to the head",
                    f"entry {end.sequence} at {end.offset}",
                    "the stream and its head do not match",
                )

    async def check_archive(self) -> None:
        """Detect a log that ends before its archive, or that is a different one."""
        end = await self._archive_end()
        if end == START:
            return
        head = await self._stream.head()
        expected = f"entry {end.sequence} at {end.offset}, where the archive ends"
        if head.sequence < end.sequence:
            raise LogBroken(
                expected,
                f"a log that ends at entry {head.sequence}",
                "the log lost its end, was restored from an older backup, or is a different one",
            )
        there = await self._stream.at(end.offset)
        if there is None:
            there = await self._stream.first()
            if there and there.position.sequence > end.sequence:
                return  # trimmed by another process that archives; reading checks the chain
        if there is None or there.position != end:
            raise LogBroken(expected, "a different log", "the archive is not of this log")

    async def check_witness(self) -> None:
        """Detect entries that were on the log and are gone; only log it if the mode allows it."""
        if self._archive is None:
            self._warn_once()
            return
        witness = await asyncio.to_thread(Witness(self._archive.path).read)
        if await self.contains(witness.newest):
            return
        head = await self._stream.head()
        lost = f"the log lost its end: entry {witness.newest.sequence} was on it"
        if not (self._may_fail_over and head != START) and (
            not self._may_lose_end or not await self.contains(witness.settled)
        ):
            raise LogBroken(
                f"entry {witness.newest.sequence} at {witness.newest.offset}, "
                "according to the witness file",
                f"a log that ends at entry {head.sequence}",
                lost,
            )
        _log.error(
            "the store lost the end of the log, as a failover to a replica that was behind may, "
            "or with everysec the death of its machine; events that callers send again are learned",
            entries_lost=witness.newest.sequence - head.sequence,
            ends_at=head.sequence,
            was_at=witness.newest.sequence,
        )

    def _warn_once(self) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "there is no archive here, so a start cannot notice that the store lost the end of "
                "the log: set archive_dir"
            )

    async def contains(self, position: Position) -> bool:
        """Whether an entry is on the log, or was trimmed from it."""
        if position == START:
            return True
        there, first = await self._stream.at(position.offset), await self._stream.first()
        if there is None:
            return first is not None and first.position.sequence > position.sequence
        return there.position == position

    async def newest_of(self, positions: Sequence[Position]) -> Position | None:
        """See `replica.ports.log.Log.newest_of`; logs that lost their end share a beginning."""
        low, high = 0, len(positions)
        while low < high:
            middle = (low + high) // 2
            if await self.contains(positions[middle]):
                low = middle + 1
            else:
                high = middle
        return positions[low - 1] if low else None

    async def _archive_end(self) -> Position:
        if self._archive is None:
            return START
        try:
            return await asyncio.to_thread(self._archive.last)
        except (DamagedSegment, OSError) as error:
            raise LogBroken("an archive that can be read", str(error), BACKUP) from error

    async def check_position(self, position: Position) -> None:
        """Raise `LogBroken` unless the log or the archive contains exactly this entry."""
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
            found = f"entry {there.position.sequence} there"
            raise LogBroken(expected, found, "it is a different log")
        raise LogBroken(
            expected,
            f"none; the head is {head.sequence} at {head.offset}",
            _why(position, head, first),
        )

    async def archived(self, after: Position, count: int) -> list[Raw]:
        """Return archived entries directly after a position, [] if there are none."""
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
        """Clear the cache: a file was rewritten."""
        self._cached = ()

    def _covers(self, sequence: int) -> bool:
        first, last = self._cached[0].position.sequence, self._cached[-1].position.sequence
        return first <= sequence <= last


def _why(position: Position, head: Position, first: Raw | None) -> str:
    if head.sequence < position.sequence:
        return f"the log lost its end: entries {head.sequence + 1} to {position.sequence} are gone"
    if first and first.position.sequence > position.sequence:
        return (
            f"the log now starts at entry {first.position.sequence}, and no archive here contains "
            "the entries before"
        )
    return "the log is a different one, or lost its end and continued without it"
