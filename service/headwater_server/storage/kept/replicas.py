"""The reports of a catalogue's replicas, in a hash: each replica writes its own."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar

from headwater_server.observability.recent import CallFigures
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.registry import ReceivedReport, ReplicaReport, ReplicaServing
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings

FORGOTTEN_AFTER_MS = 24 * 3_600_000  # without a report; an operator can see which replicas died
DIGESTS_KEPT_MS = 600_000
Values = TypeVar("Values")


class RedisReplicas:
    """Implements `replica.ports.registry.Replicas`.

    Only the store's clock decides whether a replica is live: the hosts' clocks may differ. A
    replica's figures have a hash of their own, since earlier builds refuse fields that they do
    not know.
    """

    def __init__(
        self,
        store: Store,
        settings: StorageSettings,
        head: Callable[[], Awaitable[Position]] | None = None,
    ) -> None:
        """Use the registry of ``settings.catalogue``; nothing is sent yet.

        ``head`` returns that of a log that is not in this store.
        """
        self._store = store
        self._head = head
        self._keys = Keys(settings.catalogue)
        self._report = Script("report.lua", "headwater_server.storage.kept")

    async def report(self, report: ReplicaReport) -> None:
        """See `Replicas.report`."""
        values = asdict(report)
        serving = values.pop("serving")
        head = self._keys.head
        if self._head is not None:
            head, at = self._keys.head_elsewhere, await self._head()
            await self._store.call("HSET", head, "n", at.sequence, "id", at.offset)
        keys = (self._keys.replicas, self._keys.serving, head)
        texts = (report.replica_id, json.dumps(values), json.dumps(serving))
        await self._report.run(self._store, keys, (*texts, FORGOTTEN_AFTER_MS))

    async def live(self, patience_ms: int) -> list[ReplicaReport]:
        """See `Replicas.live`."""
        since_ms = await self._now_ms() - patience_ms
        reports = map(_report, (await self._hash(self._keys.replicas)).values())
        live = [report for report in reports if report.time_ms >= since_ms]
        return sorted(live, key=lambda report: report.replica_id)

    async def reports(self) -> list[ReceivedReport]:
        """See `Replicas.reports`."""
        now_ms = await self._now_ms()
        texts, serving = await self._hash(self._keys.replicas), await self._hash(self._keys.serving)
        return [
            _received(_report(text), serving.get(replica_id, b""), now_ms)
            for replica_id, text in sorted(texts.items())
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


def _report(stored: bytes) -> ReplicaReport:
    time_ms, _, text = stored.decode().partition(" ")
    return report_of(json.loads(text), int(time_ms))


def report_of(values: dict[str, Any], time_ms: int) -> ReplicaReport:
    """Return a report of its stored values, at a time of the store."""
    position = Position(**values["position"])
    report = _known(ReplicaReport, {**values, "position": position})
    return replace(report, time_ms=time_ms)


def _received(report: ReplicaReport, stored: bytes, now_ms: int) -> ReceivedReport:
    """Add the replica's figures to its report, if there are any."""
    age_ms = max(0, now_ms - report.time_ms)
    if not stored:
        return ReceivedReport(report, age_ms, report.position)
    sequence, offset, text = stored.decode().split(" ", 2)
    report = replace(report, serving=serving_of(json.loads(text)))
    return ReceivedReport(report, age_ms, Position(offset, int(sequence)))


def serving_of(values: dict[str, Any] | None) -> ReplicaServing | None:
    """Return a replica's figures of their stored values."""
    if values is None:
        return None
    calls = tuple(_known(CallFigures, one) for one in values["calls"])
    sources = tuple(values.get("sources", ()))
    return _known(ReplicaServing, {**values, "calls": calls, "sources": sources})


def _known(kind: type[Values], values: dict[str, Any]) -> Values:
    """Return a ``kind`` of the values that this build knows; a later build may send more."""
    names = {field.name for field in fields(kind)}  # type: ignore[arg-type]  # dataclasses only
    return kind(**{name: value for name, value in values.items() if name in names})
