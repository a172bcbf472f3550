"""What `DictReplica` answers operators: every field of every answer set, as far as it can be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

import numpy as np

from headwater_server.engine.lookups.statistics import ItemFigures, ItemPage, ItemQuestion
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.observability.recent import CallFigures
from headwater_server.replica.operators.operator_reads import (
    ItemsAnswer,
    QuarantineAnswer,
    ReplicasAnswer,
    SamplesAnswer,
)
from headwater_server.replica.operators.own_status import ServingAnswer
from headwater_server.replica.operators.timeline import Samples, SeriesKey, Span
from headwater_server.replica.ports.holdings import (
    AllHoldings,
    ArchiveHoldings,
    LogHoldings,
    SnapshotHoldings,
    StoreHoldings,
)
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.quarantine import QuarantinedEvent
from headwater_server.replica.ports.registry import ReceivedReport, ReplicaReport, ReplicaServing

NOON_MS = 1_700_000_000_123
CALL = "headwater.v1.RecommendationService/Recommend"
CALLS = (CallFigures(CALL, 2.5, 0.5, 1.0, 2.0, 3.0, 1, {"OK": 2**33, "INTERNAL": 1}),)
HERE, HEAD = Position(f"{NOON_MS}-0", 7), Position(f"{NOON_MS + 250}-0", 9)


class DictOperating:
    """`faults` of the replica are raised by what looks into a store."""

    def __init__(self, begin: Callable[[float | None], Awaitable[None]]) -> None:
        self._begin = begin
        self.asked: list[object] = []

    async def serving(self) -> ServingAnswer:
        sizes = (3 * 2**40, 4 * 2**40, 2**40)
        return ServingAnswer("h-1-a", NOON_MS, 2**40, True, False, "why not", *sizes, 5, CALLS)

    def samples(self, span: Span, after_ms: int | None, names: Collection[str]) -> SamplesAnswer:
        self.asked.append((span, after_ms, tuple(names)))
        series = {
            SeriesKey("reward", "home", "epsilon-greedy"): np.array([0.5, np.nan], np.float32),
            SeriesKey("calls_per_second", call=CALL): np.array([1.0, 2.0], np.float32),
        }
        times_ms = np.array([NOON_MS, NOON_MS + 10_000])
        alarm = DriftAlarm("all", "ranking_loss", 2**33, NOON_MS, 0.5, 0.75)
        return SamplesAnswer(Samples(times_ms, series, 10.0), [alarm], "h-1-a")

    async def replicas(self) -> ReplicasAnswer:
        await self._begin(None)
        serving = ReplicaServing("1.2.3", NOON_MS - 1_000, 2**40, CALLS)
        dead = ReplicaReport("a-0-z", "a", 2, "follower", HERE, 3, "0.24", "a fault", NOON_MS)
        live = ReplicaReport("h-1-a", "h", 1, "worker", HERE, 3, "0.24", "", NOON_MS, serving)
        return ReplicasAnswer(
            [ReceivedReport(dead, 5_001, HERE), ReceivedReport(live, 900, HEAD)], HEAD, "h-1-a"
        )

    async def quarantined(self, count: int, before: str, reason: str) -> QuarantineAnswer:
        await self._begin(None)
        self.asked.append((count, before, reason))
        item = EventItem("tent", 2.0, 9.5, "EUR")
        event = Event(
            "e1", "click", "v", "u", "s", (item,), float("inf"), NOON_MS, "home", 2**40,
            (("load", float("nan")), ("device", "phone")),
        )  # fmt: skip
        long = QuarantinedEvent("1-0", 1_000, "e0", "v0", "", "items has too many", None)
        kept = [
            QuarantinedEvent(f"{NOON_MS}-0", NOON_MS, "e1", "v", "u", "value is not finite", event)
        ]
        return QuarantineAnswer([*kept, long][:count], 2, 2**40)

    async def storage(self) -> tuple[AllHoldings, int]:
        await self._begin(None)
        snapshot = SnapshotHoldings("s1", HERE, NOON_MS, 2**33, 2**34, 3, "0.24")
        return AllHoldings(
            LogHoldings(2, HERE, HEAD, 2**40),
            ArchiveHoldings("/archive", 3, 1, 6, 2**40),
            [snapshot],
            StoreHoldings("valkey 8.1.4", 2**40, 2**41, "everysec", 2**35, NOON_MS),
        ), 9

    async def item_statistics(self, question: ItemQuestion, text: str) -> ItemsAnswer:
        self.asked.append(question)
        item = Item("tent", "A tent")
        first = ItemFigures(
            "tent", item, True, 2**40, 3, 4, (1.0, 2.0, 3.0), (-1.0, 0.5, 1.5), 5, 6, 7.5
        )
        return ItemsAnswer(ItemPage((first,), question.start + 2), "9-0")
