"""The replicas of a catalogue, on a hash: each reports, none is asked."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from headwater_server.observability.recent import CallFigures
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.registry import Heard, ReplicaServing, ReplicaStanding
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings

FORGOTTEN_AFTER_MS = 24 * 3_600_000  # without a word; long enough for a look at what died
DIGESTS_KEPT_MS = 600_000
Told = TypeVar("Told")


class RedisReplicas:
    """Implements `replica.ports.registry.Replicas`.

    Whether a replica lives is told by the store's clock alone: those of hosts may differ. How one
    serves stands beside what it stands for, since builds before this one refuse what they do not
    know.
    """

    def __init__(self, store: Store, settings: StorageSettings) -> None:
        """Make the registry of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._keys = Keys(settings.catalogue)
        self._report = Script("report.lua", "headwater_server.storage.kept")

    async def report(self, standing: ReplicaStanding) -> None:
        """See `Replicas.report`."""
        said = asdict(standing)
        serving = said.pop("serving")
        keys = (self._keys.replicas, self._keys.serving, self._keys.head)
        texts = (standing.replica_id, json.dumps(said), json.dumps(serving))
        await self._report.run(self._store, keys, (*texts, FORGOTTEN_AFTER_MS))

    async def live(self, patience_ms: int) -> list[ReplicaStanding]:
        """See `Replicas.live`."""
        since_ms = await self._now_ms() - patience_ms
        standings = map(_standing, (await self._hash(self._keys.replicas)).values())
        live = [standing for standing in standings if standing.time_ms >= since_ms]
        return sorted(live, key=lambda standing: standing.replica_id)

    async def heard(self) -> list[Heard]:
        """See `Replicas.heard`."""
        now_ms = await self._now_ms()
        said, serving = await self._hash(self._keys.replicas), await self._hash(self._keys.serving)
        return [
            _heard(_standing(text), serving.get(replica_id, b""), now_ms)
            for replica_id, text in sorted(said.items())
        ]

    async def _now_ms(self) -> int:
        seconds, microseconds = await self._store.call("TIME")
        return int(seconds) * 1_000 + int(microseconds) // 1_000

    async def leave(self, replica_id: str) -> None:
        """See `Replicas.leave`."""
        for key in (self._keys.replicas, self._keys.serving):
            await self._store.call("HDEL", key, replica_id)

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
    standing = _known(ReplicaStanding, {**values, "position": position})
    return replace(standing, time_ms=int(time_ms))


def _heard(standing: ReplicaStanding, stored: bytes, now_ms: int) -> Heard:
    """Put beside a standing how that replica serves, if it says so."""
    age_ms = max(0, now_ms - standing.time_ms)
    if not stored:
        return Heard(standing, age_ms, standing.position)
    sequence, offset, text = stored.decode().split(" ", 2)
    values = json.loads(text)
    if values is not None:
        calls = tuple(_known(CallFigures, one) for one in values.pop("calls"))
        standing = replace(standing, serving=_known(ReplicaServing, {**values, "calls": calls}))
    return Heard(standing, age_ms, Position(offset, int(sequence)))


def _known(kind: type[Told], values: dict[str, Any]) -> Told:
    """Make one of ``kind`` of what this build knows; a later one may say more."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # dataclasses only
    return kind(**{name: value for name, value in values.items() if name in names})
