"""The checks of `headwater doctor` on everything that is stored; they change nothing."""

from __future__ import annotations

from headwater_server.storage.doctor.chain import (
    ACCEPT,
    check_archive,
    check_boundary,
    check_head,
    check_log,
)
from headwater_server.storage.doctor.failovers import check_losses, check_replication
from headwater_server.storage.doctor.findings import Build, Finding
from headwater_server.storage.doctor.snapshot_checks import check_snapshots
from headwater_server.storage.doctor.sources import check_sources
from headwater_server.storage.doctor.topic import check_topic
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.promises import UnfitStoreError, check_promises, knows_waitaof
from headwater_server.storage.redis.store import Store
from headwater_server.storage.storage import Storage

LIVE_MS = 10_000


class Examination:
    """Checks a catalogue's storage, part by part."""

    def __init__(self, storage: Storage, build: Build) -> None:
        """``build`` decides which snapshots can be read."""
        self._storage = storage
        self._build = build
        self._stream = storage.stream

    async def findings(self) -> list[Finding]:
        """Check all parts."""
        storage, lineage = self._storage, Lineage(self._stream, self._storage.archive)
        may_lose_end = storage.may_lose_end
        return [
            *await self._configuration(),
            await check_head(self._stream),
            await check_log(self._stream),
            await check_losses(self._stream),
            *await check_sources(self._stream),
            await check_archive(storage.archive),
            await check_boundary(self._stream, storage.archive, may_lose_end=may_lose_end),
            await self._archive_in_charge(),
            *await check_snapshots(storage.snapshots, lineage, self._build),
            *await self._replicas(),
            await self._quarantine(),
        ]

    async def _configuration(self) -> list[Finding]:
        found = []
        if self._storage.place.log:
            found.append(await check_topic(self._storage.place.log, self._storage.settings))
        if self._storage.redis is not None:
            wanted = self._storage.settings.min_replicas_acked
            found.append(await self._store(self._storage.redis))
            found.append(await check_replication(self._storage.redis, wanted))
        return found

    async def _store(self, store: Store) -> Finding:
        settings = self._storage.settings
        try:
            await check_promises(store, settings, can_wait=await knows_waitaof(store))
        except UnfitStoreError as error:
            return Finding("store", str(error), fine=False, fix="change its configuration")
        return Finding("store", f"can keep the promise of durability {settings.durability.value}")

    async def _archive_in_charge(self) -> Finding:
        archive_id, place = await self._storage.charge.of()
        archive, where = self._storage.archive, place or "nowhere"
        if archive_id and archive and archive.known_id() != archive_id:
            text = f"the log is archived in {where}, not here; nothing is trimmed from here"
            return Finding(
                "archiving", text, fine=False, fix=f"set archive_dir to that place; {ACCEPT}"
            )
        return Finding("archiving", f"in {where}" if archive_id else "not started")

    async def _replicas(self) -> list[Finding]:
        head = await self._stream.head()
        live = await self._storage.replicas.live(LIVE_MS)
        found = []
        for standing in live:
            name = f"{standing.role} {standing.pid} on {standing.host}"
            behind = max(0, head.sequence - standing.position.sequence)
            if standing.broken:
                fix = "repair the named fault, then restart the replica"
                found.append(Finding("replica", f"{name}: {standing.broken}", fine=False, fix=fix))
            else:
                found.append(Finding("replica", f"{name} is {behind} entries behind"))
        return found or [Finding("replica", "none is running")]

    async def _quarantine(self) -> Finding:
        total = await self._storage.quarantine.total()
        kept = await self._storage.quarantine.length()
        return Finding(
            "quarantine", f"{total} events in total, {kept} kept: `headwater quarantine`"
        )
