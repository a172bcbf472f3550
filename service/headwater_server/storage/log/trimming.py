"""Trims the oldest entries of the log when no process needs them any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.ports.registry import Replicas
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.archiver import Archiver
from headwater_server.storage.archive.segment import DamagedSegment
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings

_log = structlog.get_logger(__name__)
READER_PATIENCE_MS = 600_000  # a replica without reports for longer starts from a snapshot again


class Trimmer:
    """Archives first, then trims entries that archive, snapshots and reading replicas allow."""

    def __init__(
        self,
        settings: StorageSettings,
        replicas: Replicas,
        archiver: Archiver | None,
        cut: Callable[[int], Awaitable[None]],
    ) -> None:
        """Without an ``archiver`` nothing is trimmed; ``cut`` deletes entries before a number."""
        self._replicas = replicas
        self._settings = settings
        self._archiver = archiver
        self._cut = cut
        self._warned = False

    async def trim(self, before: Position) -> None:
        """See `replica.ports.log.Log.trim`."""
        if self._archiver is None:
            self._warn_once("the log is never trimmed: set archive_dir to limit its size")
            return
        try:
            kept = await self._archiver.keep(before)
        except (LogBroken, DamagedSegment, OSError) as error:
            _log.error("the log is not archived, and therefore not trimmed", reason=str(error))
            return
        if kept != START:
            await self._cut(min(before.sequence, kept.sequence, *await self._reading()))
            await self._retire(self._archiver.archive, before)

    async def _reading(self) -> list[int]:
        """Return the positions of replicas that may still read, also of frozen ones."""
        reports = await self._replicas.live(READER_PATIENCE_MS)
        return [report.position.sequence for report in reports if not report.broken]

    async def _retire(self, archive: Archive, before: Position) -> None:
        days = self._settings.archive_days
        if days:
            now_ms = wall_clock_ms()
            dropped = await asyncio.to_thread(archive.drop_old, days, now_ms, before.sequence)
            if dropped:
                _log.info("deleted archived entries older than archive_days", segments=len(dropped))

    def _warn_once(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(text)


class RedisCut:
    """Deletes the oldest entries of a Redis Stream; ``entries_kept_min`` stay in any case."""

    def __init__(self, store: Store, keys: Keys, entries_kept_min: int) -> None:
        """Create it; nothing is sent yet."""
        self._store = store
        self._keys = keys
        self._kept = entries_kept_min
        self._script = Script("trim.lua", "headwater_server.storage.log")

    async def __call__(self, needed: int) -> None:
        """Delete entries before the number ``needed``."""
        where = (self._keys.log, self._keys.head)
        await self._script.run(self._store, where, (needed, self._kept))
