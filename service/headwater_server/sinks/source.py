"""What a sink reads: a store's log and quarantine, or an archive alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import NUMBERED, START, Position
from headwater_server.replica.ports.quarantine import QuarantinedEvent
from headwater_server.replica.settings_in_force import SettingsInForce
from headwater_server.sinks.port import BadSink, Mark
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.archived_log import ArchivedLog
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.codecs.stored_entry import StoredEntry
from headwater_server.storage.storage import Storage

PAGE = 500
SETTLED_MS = 5_000
"""So old an object of the quarantine has to be: their times are in seconds, and not in order."""


class ReadLog(Protocol):
    """The reading half of a log."""

    async def head(self) -> Position:
        """Return the position of the last entry."""

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[StoredEntry]:
        """See `replica.ports.log.Log.iterate`."""


@dataclass(frozen=True, slots=True)
class Source:
    """A catalogue as it is stored. ``storage`` is None if there is only its archive."""

    log: ReadLog
    storage: Storage | None
    archive: Archive | None

    async def end(self) -> Position:
        """Return the last entry that a failover of the store keeps."""
        return await (self.storage.log.confirmed() if self.storage else self.log.head())

    async def begin(self, mark: Mark, *, accept_gap: bool) -> Mark:
        """Return the mark to go on from; `BadSink` with what is missing, unless that is accepted.

        After a gap the rewards are the present ones, if they are known: not those of its end.
        """
        await self._check(mark.position)
        before = await self._before_next(mark.position)
        if before == mark.position:
            return mark
        if not accept_gap:
            raise BadSink(
                f"entries {mark.position.sequence + 1} to {before.sequence} are no longer on the "
                "log, and no archive here has them: give --archive-dir with their archive, or "
                "--accept-gap to go on without them"
            )
        if self.storage is None:
            return replace(mark, position=before)
        with suppress(LogBroken):  # nothing else has a beginning either
            present = await SettingsInForce.read(self.storage.log, self.storage.snapshots)
            mark = replace(mark, rewards=present.settings.rewards)
        return replace(mark, position=before)

    async def _check(self, position: Position) -> None:
        """Raise `BadSink` unless the log has, or had, this very entry."""
        if position == START or await self._has(position):
            return
        end = await self.end()
        raise BadSink(
            f"the sink has entry {position.sequence} at {position.offset}, and the log does not "
            f"(it ends at entry {end.sequence}): it lost its end in a failover of its store, or it "
            "is another log. Name another prefix to begin again"
        )

    async def _has(self, position: Position) -> bool:
        if self.storage is not None:
            return await self.storage.log.newest_of([position]) is not None
        return (await self._archived(position.sequence - 1)) in (None, position)

    async def _archived(self, sequence: int) -> Position | None:
        """Return the position of the archived entry after a number; None if it begins later."""
        archive = self.archive
        if archive is None or sequence + 1 < (await asyncio.to_thread(archive.span))[0]:
            return None
        found = await asyncio.to_thread(archive.entries_after, sequence)
        return found[0].position if found else START

    async def _before_next(self, after: Position) -> Position:
        """Return the position before the next entry that is kept: ``after`` if there is no gap."""
        found: Raw | None = None
        if self.archive is not None:
            first, last = await asyncio.to_thread(self.archive.span)
            if first <= after.sequence + 1 <= last:
                return after
            if after.sequence < first:
                found = (await asyncio.to_thread(self.archive.entries_after, first - 1))[0]
        if found is None and self.storage is not None:
            found = await self.storage.stream.first()
        if found is None:
            end = await self.end()
            return end if end.sequence > after.sequence else after
        number = found.position.sequence - 1
        if number <= after.sequence:
            return after
        # a record of Kafka does not name the one before it, and nothing checks that one's time
        return Position(found.previous or f"{number}{NUMBERED}0", number)

    async def rejected(self, after: str, now_ms: int) -> list[QuarantinedEvent]:
        """Return the rejected events that came after one, oldest first; "" for all."""
        if self.storage is None:
            return []
        last, before = _key(after), ""
        found: list[QuarantinedEvent] = []
        until_ms = now_ms - SETTLED_MS if self.storage.redis is None else None
        while page := await self.storage.quarantine.newest(PAGE, before=before):
            found += [
                one
                for one in page
                if _key(one.kept_id) > last and (until_ms is None or one.time_ms <= until_ms)
            ]
            before = page[-1].kept_id
            if _key(before) <= last:
                break
        return found[::-1]


def _key(kept_id: str) -> tuple[int, int]:
    time_ms, _, number = kept_id.partition("-")
    return int(time_ms or 0), int(number or 0)


def source_of(storage: Storage) -> Source:
    """Return a store as a source."""
    return Source(storage.log, storage, storage.archive)


def source_of_archive(archive: Archive) -> Source:
    """Return an archive alone as a source."""
    return Source(ArchivedLog(archive), None, archive)
