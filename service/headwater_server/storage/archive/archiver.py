"""Copies the log to the archive, in order and without a gap, so that the log can be trimmed."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.segment import read_segment
from headwater_server.storage.codecs.raw import Raw, check_chained, check_content
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.stream import Entries
from headwater_server.storage.redis.store import Store
from headwater_server.storage.redis.store_errors import good

_log = structlog.get_logger(__name__)
SEGMENT_BYTES = 8_000_000  # of payload; a segment is read whole
SEGMENT_ENTRIES = 20_000
SYNC_PATIENCE_MS = 1_800  # everysec syncs each second


@dataclass(slots=True)
class _Growing:
    """The segment that is being filled; it may start with the entries of the last file."""

    entries: list[Raw]
    size: int = 0
    instead_of: Path | None = None

    def add(self, entry: Raw) -> None:
        self.entries.append(entry)
        self.size += len(entry.payload)

    @property
    def full(self) -> bool:
        return self.size >= SEGMENT_BYTES or len(self.entries) >= SEGMENT_ENTRIES


class Charge(Protocol):
    """Which archive belongs to a log: at most one, and the first that asks."""

    async def take(self, archive_id: str) -> tuple[str, str]:
        """Return the id of the one that has it, after asking for it, and where that one is."""

    async def note(self, place: str) -> bool:
        """Record where it is; return whether all that the log contains now is on disk."""

    async def of(self) -> tuple[str, str]:
        """Return the id of the one that has it, "" if none has, and where it is."""

    async def replace(self, archive_id: str) -> None:
        """Give it to another archive."""


class RedisCharge:
    """Implements `Charge` with a hash in the store of the log."""

    def __init__(self, store: Store, keys: Keys, *, knows_waitaof: bool) -> None:
        """Create it; ``store`` needs a timeout that allows waiting for its disk."""
        self._store = store
        self._key = keys.archive
        self._knows_waitaof = knows_waitaof

    async def take(self, archive_id: str) -> tuple[str, str]:
        """See `Charge.take`."""
        await self._store.call("HSETNX", self._key, "archive_id", archive_id)
        return await self.of()

    async def of(self) -> tuple[str, str]:
        """See `Charge.of`."""
        known, place = await self._store.call("HMGET", self._key, "archive_id", "place")
        return (known or b"").decode(), (place or b"").decode(errors="replace")

    async def replace(self, archive_id: str) -> None:
        """See `Charge.replace`."""
        await self._store.call("HSET", self._key, "archive_id", archive_id)

    async def note(self, place: str) -> bool:
        """See `Charge.note`."""
        write = ("HSET", self._key, "place", place)
        if not self._knows_waitaof:
            await self._store.call(*write)
            return True
        _, synced = await self._store.call_both(write, ("WAITAOF", 1, 0, SYNC_PATIENCE_MS))
        return bool(good(synced)[0])


class Archiver:
    """Archives the log. At most one archive belongs to a log, as ``charge`` says."""

    def __init__(self, stream: Entries, charge: Charge, archive: Archive) -> None:
        """Create it; `keep` reads and writes."""
        self._charge = charge
        self.archive = archive
        self._stream = stream
        self._warned = False

    async def keep(self, until: Position) -> Position:
        """Archive the log up to and including ``until``; return where the archive ends then.

        `START` when another archive, or another process, archives it, or when the log is not on
        the store's disk yet: after a power cut, an archive must not contain more than the log.
        `LogBroken` or `DamagedSegment` when archive and log do not match: nothing is written then.
        """
        if not (await self._in_charge() and await self._on_disk()):
            return START
        with self.archive.locked() as ours:
            return await self._keep(until) if ours else START

    async def _in_charge(self) -> bool:
        archive_id = await asyncio.to_thread(self.archive.archive_id)
        known, place = await self._charge.take(archive_id)
        if known != archive_id:
            self._warn_once(place)
        return known == archive_id

    async def _on_disk(self) -> bool:
        return await self._charge.note(f"{socket.gethostname()}:{self.archive.path}")

    def _warn_once(self, place: str) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "another archive belongs to the log, so this one does not grow",
                archived_in=place or "another directory",
            )

    async def _keep(self, until: Position) -> Position:
        end = await asyncio.to_thread(self.archive.last)
        if end.sequence >= until.sequence:
            await self._check_on_log(end)
            return end
        growing = await asyncio.to_thread(self._last_segment)
        async for entry in self._stream.entries(await self._from(end)):
            check_content(entry)  # what the archive holds counts as intact from then on
            if end != START:
                check_chained(end, entry)
            if entry.position.sequence > until.sequence:
                break
            if growing.full:
                await self._put(growing)
                growing = _Growing([])
            growing.add(entry)
            end = entry.position
        await self._put(growing)
        return end

    async def _from(self, end: Position) -> str:
        """Return the offset after which to read the log: the archive's end, if it is on the log."""
        await self._check_on_log(end)
        return end.offset

    async def _check_on_log(self, end: Position) -> None:
        """`LogBroken` unless the archive's last entry, or the one after it, is on the log."""
        first = await self._stream.first()
        if end == START or (first and first.position.sequence == end.sequence + 1):
            return
        there = await self._stream.at(end.offset)
        if there is None or there.position != end:
            head = await self._stream.head()
            raise LogBroken(
                f"entry {end.sequence} at {end.offset}, where the archive ends",
                f"a log from {first.position.sequence if first else 0} to {head.sequence} without",
                "the archive and the log do not belong to one chain",
            )

    def _last_segment(self) -> _Growing:
        """Return the last file's entries if more fit: this keeps files few and large."""
        growing, files = _Growing([]), self.archive.files()
        if files:
            for entry in read_segment(files[-1]):
                growing.add(entry)
            growing.instead_of = files[-1]
        return _Growing([]) if growing.size > SEGMENT_BYTES // 2 else growing

    async def _put(self, growing: _Growing) -> None:
        if growing.entries:
            await asyncio.to_thread(
                self.archive.put, growing.entries, instead_of=growing.instead_of
            )
