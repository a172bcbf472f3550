"""What a replica tells those who look after it. Nothing is changed by asking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from headwater_server.engine.lookups.statistics import ItemPage, ItemQuestion
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.observability.recent import CallFigures
from headwater_server.replica.health import Health
from headwater_server.replica.operators.memory import MemoryBudget
from headwater_server.replica.operators.model_status import HEADWATER_VERSION
from headwater_server.replica.operators.sampling import Sampling
from headwater_server.replica.operators.timeline import Samples, Span
from headwater_server.replica.ports.holdings import AllHoldings, Holdings
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.quarantine import PutAside, Quarantine
from headwater_server.replica.ports.registry import Heard, Replicas, ReplicaServing
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.shell import Shell
from headwater_server.replica.snapshots.capture import turns

Step = TypeVar("Step")


@dataclass(frozen=True, slots=True)
class ServingAnswer:
    """How one process is doing; ``detail`` says why it does not serve all."""

    replica_id: str
    start_time_ms: int
    uptime_ms: int
    reads: bool
    writes: bool
    detail: str
    memory_bytes: int
    memory_budget_bytes: int
    state_memory_bytes: int
    operations_waiting: int
    calls: Sequence[CallFigures]


@dataclass(frozen=True, slots=True)
class ReplicasAnswer:
    """All that are remembered, where the log ends, and who says so."""

    heard: Sequence[Heard]
    head: Position
    replica_id: str


@dataclass(frozen=True, slots=True)
class SamplesAnswer:
    """Figures over time, and the changes that were noticed meanwhile."""

    samples: Samples
    alarms: Sequence[DriftAlarm]
    replica_id: str


@dataclass(frozen=True, slots=True)
class QuarantineAnswer:
    """A page, newest first, one longer than asked for if there is another after it."""

    events: Sequence[PutAside]
    kept: int
    ever: int


@dataclass(frozen=True, slots=True)
class ItemsAnswer:
    """A page of items, and the state that it is of."""

    page: ItemPage
    offset: str


class Own:
    """What a process says of itself: its figures, from its own memory and clock."""

    def __init__(
        self,
        replica_id: str,
        memory: MemoryBudget,
        health: Health,
        sampling: Sampling,
        now_ms: Callable[[], int],
    ) -> None:
        """Begin now."""
        self.replica_id = replica_id
        self.start_time_ms = now_ms()
        self.sampling = sampling
        self._memory = memory
        self._health = health
        self._now_ms = now_ms

    def told(self) -> ReplicaServing:
        """Return what goes into the replica's report, about each second: it warns of memory."""
        taken = self._memory.look()["memory_process_bytes"]
        calls = tuple(one for one in self.sampling.calls() if one.calls_per_second)
        return ReplicaServing(HEADWATER_VERSION, self.start_time_ms, taken, calls)

    def serving(self, engine: StateMachine, shell: Shell) -> ServingAnswer:
        """Return how it is doing."""
        counts, health = self._memory.look(), self._health
        return ServingAnswer(
            self.replica_id,
            self.start_time_ms,
            max(0, self._now_ms() - self.start_time_ms),
            health.reads,
            health.writes,
            health.reason,
            counts["memory_process_bytes"],
            counts["memory_budget_bytes"],
            engine.memory_bytes(),
            shell.appender.operations_waiting,
            self.sampling.calls(),
        )


class Operating:
    """`StoreUnavailable` from what looks into the store; the others answer without it."""

    def __init__(
        self,
        engine: StateMachine,
        shell: Shell,
        own: Own,
        log: Log,
        quarantine: Quarantine,
        replicas: Replicas,
        holdings: Holdings,
        now_ms: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._shell = shell
        self._own = own
        self._log = log
        self._quarantine = quarantine
        self._replicas = replicas
        self._holdings = holdings
        self._now_ms = now_ms

    def serving(self) -> ServingAnswer:
        """Return how this process is doing."""
        return self._own.serving(self._engine, self._shell)

    def samples(self, span: Span, after_ms: int | None, names: Collection[str]) -> SamplesAnswer:
        """Return what this process sampled after a time: series of those names, or all."""
        found = self._own.sampling.timeline.samples(span, after_ms, names)
        return SamplesAnswer(found, self._engine.lookups.drift_alarms(), self._own.replica_id)

    async def replicas(self) -> ReplicasAnswer:
        """Return all replicas that said something within a day."""
        head, heard = await self._log.head(), await self._replicas.heard()
        return ReplicasAnswer(heard, head, self._own.replica_id)

    async def quarantined(self, count: int, before: str, reason: str) -> QuarantineAnswer:
        """Return events put aside before ``before``, "" for now, whose reason holds a text."""
        events = await self._quarantine.newest(count, before=before, reason=reason)
        return QuarantineAnswer(
            events, await self._quarantine.length(), await self._quarantine.total()
        )

    async def storage(self) -> tuple[AllHoldings, int]:
        """Return what the store keeps, and how many entries the log ever had."""
        holdings, head = await asyncio.gather(self._holdings.look(), self._log.head())
        return holdings, head.sequence

    async def item_statistics(self, question: ItemQuestion, text: str) -> ItemsAnswer:
        """Return what was counted of items, of those whose id or title holds a text."""
        if text:
            found = await _in_steps(self._engine.lookups.items_holding(text))
            question = replace(question, among=frozenset(chain.from_iterable(found)))
        slots = await _in_steps(self._engine.lookups.open_slots())
        page = self._engine.lookups.item_statistics(question, slots, self._now_ms())
        return ItemsAnswer(page, self._shell.tail.position.offset)


async def _in_steps(steps: Iterator[Step]) -> list[Step]:
    """Take all steps; a large state takes many, and answers go first."""
    taken = []
    for step in steps:
        taken.append(step)
        await turns()
    return taken
