"""The other ports of a replica over its link: snapshots, quarantine, the registry."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from headwater_server.replica.faults import DamagedSnapshot
from headwater_server.replica.ports.evaluations import StoredEvaluation
from headwater_server.replica.ports.holdings import (
    AllHoldings,
    ArchiveHoldings,
    LogHoldings,
    StoreHoldings,
)
from headwater_server.replica.ports.quarantine import QuarantinedEvent, RejectedEvent
from headwater_server.replica.ports.registry import ReceivedReport, ReplicaReport
from headwater_server.replica.ports.snapshots import Parts, SnapshotMeta
from tests.simulation.link import Link


class SimSnapshots:
    """``is_tearing``: what is written next can be read no more, as a flipped bit does."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.is_tearing = False

    async def save(self, meta: SnapshotMeta, parts: Parts) -> bool:
        content, torn = list(parts), self.is_tearing
        return await self._link.call(lambda: self._link.store.publish(meta, content, torn))

    async def published(self) -> list[SnapshotMeta]:
        return await self._link.call(lambda: [kept.meta for kept in self._link.store.snapshots])

    async def load(self, meta: SnapshotMeta) -> list[tuple[str, Any]]:
        def work() -> list[tuple[str, Any]]:
            for kept in self._link.store.snapshots:
                if kept.meta.snapshot_id == meta.snapshot_id and not kept.damaged:
                    return [(path, copy(value)) for path, value in kept.parts]
            raise DamagedSnapshot("a chunk differs from what was written")

        return await self._link.call(work)


class SimQuarantine:
    """Only counts."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._total = 0

    async def put(self, refused: Sequence[RejectedEvent]) -> int:
        self._total += len(refused)
        return await self._link.call(lambda: self._total)

    async def total(self) -> int:
        return await self._link.call(lambda: self._total)

    async def length(self) -> int:
        return await self.total()

    async def newest(
        self, count: int, *, before: str = "", reason: str = ""
    ) -> list[QuarantinedEvent]:
        return await self._link.call(list)

    async def forget(self, user_id: str, visitor_ids: Sequence[str]) -> int:
        return await self._link.call(lambda: 0)


class SimEvaluations:
    """Implements `replica.ports.evaluations.Evaluations`, of one machine."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._kept: dict[str, StoredEvaluation] = {}

    async def put(self, evaluation: StoredEvaluation) -> None:
        await self._link.call(lambda: self._kept.update({evaluation.name: evaluation}))

    async def newest(self, count: int, *, after: str = "") -> list[StoredEvaluation]:
        def work() -> list[StoredEvaluation]:
            found = sorted(self._kept.values(), key=lambda one: one.create_time_ms, reverse=True)
            places = [one.place for one in found]
            return found[places.index(after) + 1 if after else 0 :][:count]

        return await self._link.call(work)


class SimHoldings:
    """Implements `replica.ports.holdings.Holdings`, of the log alone."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def look(self) -> AllHoldings:
        def work() -> AllHoldings:
            log = LogHoldings(len(self._link.store.entries), last=self._link.store.head)
            return AllHoldings(log, ArchiveHoldings(), (), StoreHoldings())

        return await self._link.call(work)


class SimReplicas:
    """Implements `replica.ports.registry.Replicas`; the store's clock decides who is live."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._store = link.store

    async def report(self, report: ReplicaReport) -> None:
        def work() -> None:
            now = replace(report, time_ms=self._store.now_ms())
            self._store.reports[report.replica_id] = now

        await self._link.call(work)

    async def live(self, patience_ms: int) -> list[ReplicaReport]:
        def work() -> list[ReplicaReport]:
            since_ms = self._store.now_ms() - patience_ms
            found = sorted(self._store.reports.items())
            return [one for _, one in found if one.time_ms >= since_ms]

        return await self._link.call(work)

    async def reports(self) -> list[ReceivedReport]:
        def work() -> list[ReceivedReport]:
            now_ms, head = self._store.now_ms(), self._store.head
            found = sorted(self._store.reports.items())
            return [ReceivedReport(one, now_ms - one.time_ms, head) for _, one in found]

        return await self._link.call(work)

    async def leave(self, replica_id: str) -> None:
        await self._link.call(lambda: self._store.reports.pop(replica_id, None))

    async def publish_digest(self, mark_id: str, replica_id: str, digest: str) -> None:
        def work() -> None:
            self._store.digests.setdefault(mark_id, {})[replica_id] = digest

        await self._link.call(work)

    async def digests(self, mark_id: str) -> dict[str, str]:
        return await self._link.call(lambda: dict(self._store.digests.get(mark_id, {})))
