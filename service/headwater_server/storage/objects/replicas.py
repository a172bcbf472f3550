"""The reports of a catalogue's replicas as objects: each replica writes its own."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import Any

from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.registry import ReceivedReport, ReplicaReport
from headwater_server.storage.kept.replicas import (
    DIGESTS_KEPT_MS,
    FORGOTTEN_AFTER_MS,
    report_of,
    serving_of,
)
from headwater_server.storage.objects.bucket import Bucket

FOLDER, DIGESTS, CLOCK = "replicas", "digests", "clock"


class ObjectReplicas:
    """Implements `replica.ports.registry.Replicas`.

    Only the store's clock decides whether a replica is live: it is the time of the last write of a
    report's object, and now is the time of an object that is written for that.
    """

    def __init__(self, bucket: Bucket, head: Callable[[], Awaitable[Position]]) -> None:
        """``head`` returns that of the log."""
        self._bucket = bucket
        self._head = head

    async def report(self, report: ReplicaReport) -> None:
        """See `Replicas.report`."""
        head = await self._head()
        stored = {"report": asdict(report), "head": [head.offset, head.sequence]}
        await self._bucket.put(_name(report.replica_id), json.dumps(stored).encode())

    async def live(self, patience_ms: int) -> list[ReplicaReport]:
        """See `Replicas.live`."""
        return [one.report for one in await self.reports() if one.age_ms <= patience_ms]

    async def reports(self) -> list[ReceivedReport]:
        """See `Replicas.reports`."""
        now_ms, found = await self._bucket.put(CLOCK, b""), []
        for name, time_ms in await self._bucket.names(FOLDER):
            if time_ms < now_ms - FORGOTTEN_AFTER_MS:
                await self._bucket.delete(name)
            elif (stored := await self._bucket.get(name)) is not None:
                found.append(_received(json.loads(stored), time_ms, now_ms))
        return sorted(found, key=lambda one: one.report.replica_id)

    async def leave(self, replica_id: str) -> None:
        """See `Replicas.leave`."""
        await self._bucket.delete(_name(replica_id))

    async def publish_digest(self, mark_id: str, replica_id: str, digest: str) -> None:
        """See `Replicas.publish_digest`."""
        now_ms = await self._bucket.put(f"{DIGESTS}/{mark_id}/{replica_id}", digest.encode())
        names = await self._bucket.names(DIGESTS)
        old = [name for name, time_ms in names if time_ms < now_ms - DIGESTS_KEPT_MS]
        await self._bucket.delete(*old)

    async def digests(self, mark_id: str) -> dict[str, str]:
        """See `Replicas.digests`."""
        found = {}
        for name, _ in await self._bucket.names(f"{DIGESTS}/{mark_id}"):
            if (digest := await self._bucket.get(name)) is not None:
                found[name.rpartition("/")[2]] = digest.decode()
        return found


def _name(replica_id: str) -> str:
    return f"{FOLDER}/{replica_id}"


def _received(stored: dict[str, Any], time_ms: int, now_ms: int) -> ReceivedReport:
    values = stored["report"]
    serving = serving_of(values.pop("serving", None))
    report = replace(report_of(values, time_ms), serving=serving)
    return ReceivedReport(report, max(0, now_ms - time_ms), Position(*stored["head"]))
