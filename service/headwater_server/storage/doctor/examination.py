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
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.promises import UnfitStoreError, check_promises, knows_waitaof
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.settings import Durability
from headwater_server.storage.storage import Storage

LIVE_MS = 10_000


class Examination:
    """Checks a catalogue's storage, part by part."""

    def __init__(self, storage: Storage, build: Build) -> None:
        """``build`` decides which snapshots can be read."""
        self._storage = storage
        self._build = build
        self._keys = Keys(storage.settings.catalogue)
        self._stream = Stream(storage.store, self._keys)

    async def findings(self) -> list[Finding]:
        """Check all parts."""
        storage, lineage = self._storage, Lineage(self._stream, self._storage.archive)
        may_lose_end = storage.settings.durability is Durability.EVERYSEC
        return [
            await self._configuration(),
            await check_replication(storage.store, storage.settings.min_replicas_acked),
            await check_head(self._stream),
            await check_log(self._stream),
            await check_losses(self._stream),
            await check_archive(storage.archive),
            await check_boundary(self._stream, storage.archive, may_lose_end=may_lose_end),
            await self._archive_in_charge(),
            *await check_snapshots(storage.snapshots, lineage, self._build),
            *await self._replicas(),
            await self._quarantine(),
        ]

    async def _configuration(self) -> Finding:
        settings, store = self._storage.settings, self._storage.store
        try:
            await check_promises(store, settings, can_wait=await knows_waitaof(store))
        except UnfitStoreError as error:
            return Finding("store", str(error), fine=False, fix="change its configuration")
        return Finding("store", f"can keep the promise of durability {settings.durability.value}")

    async def _archive_in_charge(self) -> Finding:
        asked = ("HMGET", self._keys.archive, "archive_id", "place")
        archive_id, place = await self._storage.store.call(*asked)
        archive, where = self._storage.archive, (place or b"nowhere").decode(errors="replace")
        if archive_id and archive and archive.known_id() != archive_id.decode():
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
        kept = await self._storage.store.call("XLEN", self._keys.quarantine)
        return Finding(
            "quarantine", f"{total} events in total, {kept} kept: `headwater quarantine`"
        )
