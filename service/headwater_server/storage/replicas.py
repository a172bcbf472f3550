"""The replicas of a catalogue, on a hash: each reports, none is asked."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from headwater_server.replica.ports_registry import ReplicaStanding
from headwater_server.replica.position import Position
from headwater_server.storage.keys import Keys
from headwater_server.storage.script import Script
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.store import Store

FORGOTTEN_AFTER_MS = 24 * 3_600_000  # without a word; long enough for a look at what died
DIGESTS_KEPT_MS = 600_000


class RedisReplicas:
    """Implements `replica.ports_registry.Replicas`.

    Whether a replica lives is told by the store's clock alone: those of hosts may differ.
    """

    def __init__(self, store: Store, settings: StorageSettings) -> None:
        """Make the registry of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._keys = Keys(settings.catalogue)
        self._report = Script("report.lua")

    async def report(self, standing: ReplicaStanding) -> None:
        """See `Replicas.report`."""
        said = json.dumps(asdict(standing))
        keys, about = (self._keys.replicas,), (standing.replica_id, said, FORGOTTEN_AFTER_MS)
        await self._report.run(self._store, keys, about)

    async def live(self, patience_ms: int) -> list[ReplicaStanding]:
        """See `Replicas.live`."""
        seconds, microseconds = await self._store.call("TIME")
        since_ms = int(seconds) * 1_000 + int(microseconds) // 1_000 - patience_ms
        standings = map(_standing, (await self._hash(self._keys.replicas)).values())
        live = [standing for standing in standings if standing.time_ms >= since_ms]
        return sorted(live, key=lambda standing: standing.replica_id)

    async def leave(self, replica_id: str) -> None:
        """See `Replicas.leave`."""
        await self._store.call("HDEL", self._keys.replicas, replica_id)

    async def publish_digest(self, mark_id: str, replica_id: str, digest: str) -> None:
        """See `Replicas.publish_digest`."""
        key = self._keys.digests(mark_id)
        await self._store.call("HSET", key, replica_id, digest)
        await self._store.call("PEXPIRE", key, DIGESTS_KEPT_MS)

    async def digests(self, mark_id: str) -> dict[str, str]:
        """See `Replicas.digests`."""
        published = await self._hash(self._keys.digests(mark_id))
        return {replica_id: digest.decode() for replica_id, digest in published.items()}

    async def _hash(self, key: str) -> dict[str, bytes]:
        answer: Any = await self._store.call("HGETALL", key)  # redis-py makes a dict of it
        return {field.decode(): value for field, value in answer.items()}


def _standing(said: bytes) -> ReplicaStanding:
    time_ms, _, text = said.decode().partition(" ")
    values = json.loads(text)
    position = Position(**values.pop("position"))
    return replace(ReplicaStanding(**values, position=position), time_ms=int(time_ms))
