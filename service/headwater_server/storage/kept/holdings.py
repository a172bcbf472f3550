"""Reads how much a store holds for one catalogue, for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from headwater_server.errors import NotPermitted, StoreAnswered
from headwater_server.replica.faults import DamagedSnapshot
from headwater_server.replica.ports.holdings import (
    AllHoldings,
    ArchiveHoldings,
    LogHoldings,
    SnapshotHoldings,
    StoreHoldings,
)
from headwater_server.replica.ports.position import START
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.promises import configured
from headwater_server.storage.log.stream import Entries
from headwater_server.storage.redis.store import Store

SAMPLES = 50  # nodes of the stream that MEMORY USAGE measures; it extrapolates the rest


class SizedSnapshots(Protocol):
    """Snapshots that know their size."""

    async def ids(self) -> list[str]:
        """Return the ids of all published snapshots, highest offset first."""

    async def holdings(self, snapshot_id: str) -> SnapshotHoldings:
        """Return a snapshot's size; `DamagedSnapshot` if its manifest cannot be read."""


class StoredHoldings:
    """Implements `replica.ports.holdings.Holdings`."""

    def __init__(
        self,
        stream: Entries,
        snapshots: SizedSnapshots,
        archive: Archive | None,
        server: RedisServer | None,
    ) -> None:
        """``server`` is the Redis or Valkey with the log or what is beside it, if there is one."""
        self._stream = stream
        self._snapshots = snapshots
        self._archive = archive
        self._server = server

    async def read(self) -> AllHoldings:
        """See the port."""
        return AllHoldings(
            log=await self._log(),
            archive=await asyncio.to_thread(_archived, self._archive),
            snapshots=await self._all_snapshots(),
            store=await self._server.about() if self._server else StoreHoldings(),
        )

    async def _log(self) -> LogHoldings:
        first, last = await self._stream.first(), await self._stream.last()
        return LogHoldings(
            await self._stream.length(),
            first.position if first else START,
            last.position if last else START,
            await self._server.log_bytes() if self._server else 0,
        )

    async def _all_snapshots(self) -> list[SnapshotHoldings]:
        found = []
        for snapshot_id in await self._snapshots.ids():
            try:
                found.append(await self._snapshots.holdings(snapshot_id))
            except DamagedSnapshot:  # `headwater doctor` reports it
                continue
        return found


class RedisServer:
    """The figures of a server: its memory, its file, its version."""

    def __init__(self, store: Store, keys: Keys) -> None:
        """Create it; nothing is sent yet."""
        self._store = store
        self._keys = keys

    async def log_bytes(self) -> int:
        """Return the memory of the log in it, 0 if it does not say it."""
        try:
            command = ("MEMORY USAGE", self._keys.log, "SAMPLES", SAMPLES)
            return int(await self._store.call(*command) or 0)
        except (StoreAnswered, NotPermitted):  # a managed server may hide it
            return 0

    async def about(self) -> StoreHoldings:
        """Return what the server says about itself."""
        said: dict[str, Any] = {}
        for section in ("server", "memory", "persistence"):
            said.update(await self._info(section))
        now_s, up_s = (
            int(said.get("server_time_usec", 0)) // 10**6,
            said.get("uptime_in_seconds", 0),
        )
        return StoreHoldings(
            version=_version(said),
            memory_bytes=int(said.get("used_memory", 0)),
            memory_bytes_max=int(said.get("maxmemory", 0)),
            append_fsync=await self._append_fsync(said),
            append_file_bytes=int(said.get("aof_current_size", 0)),
            start_time_ms=max(0, 1_000 * (now_s - int(up_s))),
        )

    async def _info(self, section: str) -> Mapping[str, Any]:
        try:
            said: Mapping[str, Any] = await self._store.call("INFO", section)
        except (StoreAnswered, NotPermitted):
            return {}
        return said

    async def _append_fsync(self, said: Mapping[str, Any]) -> str:
        if "aof_enabled" in said and not int(said["aof_enabled"]):
            return "off"
        return await configured(self._store, "appendfsync") or ""


def _version(said: Mapping[str, Any]) -> str:
    """Return the server's name and version.

    >>> _version({"redis_version": "7.2.4", "valkey_version": "8.1.4", "server_name": "valkey"})
    'valkey 8.1.4'
    >>> _version({"redis_version": "7.0.15"})
    'redis 7.0.15'
    """
    name = str(said.get("server_name", "redis"))
    version = said.get(f"{name}_version", said.get("redis_version", ""))
    return f"{name} {version}" if version else ""


def _archived(archive: Archive | None) -> ArchiveHoldings:
    if archive is None:
        return ArchiveHoldings()
    files, (first, last) = archive.files(), archive.span()
    size = sum(path.stat().st_size for path in files if path.exists())
    return ArchiveHoldings(str(archive.path), len(files), first, last, size)
