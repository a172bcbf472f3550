"""`headwater doctor` looks at everything that a catalogue keeps, and changes nothing."""

from __future__ import annotations

from headwater_server.storage.doctor.chain import (
    ACCEPT,
    look_at_archive,
    look_at_head,
    look_at_log,
    look_at_seam,
)
from headwater_server.storage.doctor.findings import Build, Finding
from headwater_server.storage.doctor.kept_states import look_at_snapshots
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.promises import UnfitStoreError, check_promises, knows_waitaof
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.settings import Durability
from headwater_server.storage.storage import Storage

LIVE_MS = 10_000


class Examination:
    """One look, part by part."""

    def __init__(self, storage: Storage, build: Build) -> None:
        """``build`` tells which snapshots can be read."""
        self._storage = storage
        self._build = build
        self._keys = Keys(storage.settings.catalogue)
        self._stream = Stream(storage.store, self._keys)

    async def findings(self) -> list[Finding]:
        """Look at all parts."""
        storage, lineage = self._storage, Lineage(self._stream, self._storage.archive)
        may_lose_end = storage.settings.durability is Durability.EVERYSEC
        return [
            await self._configuration(),
            await look_at_head(self._stream),
            await look_at_log(self._stream),
            await look_at_archive(storage.archive),
            await look_at_seam(self._stream, storage.archive, may_lose_end=may_lose_end),
            await self._archive_in_charge(),
            *await look_at_snapshots(storage.snapshots, lineage, self._build),
            *await self._replicas(),
            await self._quarantine(),
        ]

    async def _configuration(self) -> Finding:
        settings, store = self._storage.settings, self._storage.store
        try:
            await check_promises(store, settings, can_wait=await knows_waitaof(store))
        except UnfitStoreError as error:
            return Finding("store", str(error), fine=False, way="as said")
        return Finding("store", f"can keep what durability {settings.durability.value} promises")

    async def _archive_in_charge(self) -> Finding:
        asked = ("HMGET", self._keys.archive, "archive_id", "place")
        archive_id, place = await self._storage.store.call(*asked)
        archive, where = self._storage.archive, (place or b"nowhere").decode(errors="replace")
        if archive_id and archive and archive.known_id() != archive_id.decode():
            text = f"the log is archived in {where}, not here; nothing is trimmed from here"
            return Finding(
                "archiving", text, fine=False, way=f"archive_dir of that place; {ACCEPT}"
            )
        return Finding("archiving", f"in {where}" if archive_id else "not begun")

    async def _replicas(self) -> list[Finding]:
        head = await self._stream.head()
        live = await self._storage.replicas.live(LIVE_MS)
        found = []
        for standing in live:
            name = f"{standing.role} {standing.pid} on {standing.host}"
            behind = max(0, head.sequence - standing.position.sequence)
            if standing.broken:
                way = "repair what is named here, then restart it"
                found.append(Finding("replica", f"{name}: {standing.broken}", fine=False, way=way))
            else:
                found.append(Finding("replica", f"{name} is {behind} entries behind"))
        return found or [Finding("replica", "none is live")]

    async def _quarantine(self) -> Finding:
        total = await self._storage.quarantine.total()
        kept = await self._storage.store.call("XLEN", self._keys.quarantine)
        return Finding("quarantine", f"{total} events ever, {kept} kept: `headwater quarantine`")
