"""Lets go of the log's beginning, when nobody needs it there any more."""

from __future__ import annotations

import asyncio
import time

import structlog

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
READER_PATIENCE_MS = 600_000  # a replica that said nothing for longer begins at a snapshot again


class Trimmer:
    """Archives first, then trims: behind the archive, the snapshots and whoever still reads."""

    def __init__(
        self,
        store: Store,
        settings: StorageSettings,
        replicas: Replicas,
        archiver: Archiver | None,
    ) -> None:
        """Without an ``archiver`` nothing is ever trimmed."""
        self._store = store
        self._replicas = replicas
        self._keys = Keys(settings.catalogue)
        self._settings = settings
        self._archiver = archiver
        self._script = Script("trim.lua", "headwater_server.storage.log")
        self._told = False

    async def trim(self, before: Position) -> None:
        """See `replica.ports.log.Log.trim`."""
        if self._archiver is None:
            self._say_once("nothing is trimmed from the log: set archive_dir to bound it")
            return
        try:
            kept = await self._archiver.keep(before)
        except (LogBroken, DamagedSegment, OSError) as error:
            _log.error("the log is not archived, so not trimmed", reason=str(error))
            return
        if kept != START:
            await self._cut(min(before.sequence, kept.sequence, *await self._reading()))
            await self._retire(self._archiver.archive, before)

    async def _reading(self) -> list[int]:
        """Return where the replicas stand that may still read on, also one that is frozen."""
        heard = await self._replicas.live(READER_PATIENCE_MS)
        return [standing.position.sequence for standing in heard if not standing.broken]

    async def _cut(self, needed: int) -> None:
        arguments = (needed, self._settings.log_entries_kept_min)
        await self._script.run(self._store, (self._keys.log, self._keys.head), arguments)

    async def _retire(self, archive: Archive, before: Position) -> None:
        days = self._settings.archive_days
        if days:
            now_ms = time.time_ns() // 1_000_000
            dropped = await asyncio.to_thread(archive.drop_old, days, now_ms, before.sequence)
            if dropped:
                _log.info("archived entries were dropped, as told", segments=len(dropped))

    def _say_once(self, text: str) -> None:
        if not self._told:
            self._told = True
            _log.warning(text)
