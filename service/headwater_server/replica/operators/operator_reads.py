"""Answers to operators' questions about a replica. They change nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from headwater_server.engine.lookups.statistics import Found, ItemOrder, ItemPage, ItemQuestion
from headwater_server.engine.lookups.visitor_listing import VisitorPage, VisitorQuestion, unsearched
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.settings_history import ChangedSetting
from headwater_server.replica.operators.memory import StateMemory
from headwater_server.replica.operators.own_status import OwnStatus, ServingAnswer
from headwater_server.replica.operators.performance.reader import PerformanceReader
from headwater_server.replica.operators.sampling import Sampling
from headwater_server.replica.operators.timeline import Samples, Span
from headwater_server.replica.ports.holdings import AllHoldings
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.quarantine import QuarantinedEvent
from headwater_server.replica.ports.registry import ReceivedReport
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.ports.stores import Stores
from headwater_server.replica.reads.act_rates import ActRatesReader
from headwater_server.replica.shell import Shell
from headwater_server.replica.steps import in_steps, yield_to_others


@dataclass(frozen=True, slots=True)
class ReplicasAnswer:
    """All known replicas, the log's head, and the replica that answers."""

    reports: Sequence[ReceivedReport]
    head: Position
    replica_id: str


@dataclass(frozen=True, slots=True)
class SamplesAnswer:
    """Figures over time, and the drift alarms."""

    samples: Samples
    alarms: Sequence[DriftAlarm]
    replica_id: str


@dataclass(frozen=True, slots=True)
class QuarantineAnswer:
    """A page, newest first, one longer than requested if there is another after it."""

    events: Sequence[QuarantinedEvent]
    kept: int
    total: int


@dataclass(frozen=True, slots=True)
class ItemsAnswer:
    """A page of items, and the offset of its state."""

    page: ItemPage
    offset: str


@dataclass(frozen=True, slots=True)
class VisitorsAnswer:
    """A page of visitors and accounts, and the offset of its state.

    ``unsearched``: how many are found by their whole id alone.
    """

    page: VisitorPage
    offset: str
    unsearched: int


@dataclass(frozen=True, slots=True)
class SettingsAnswer:
    """The settings in force, their last changes, and what in them fits nothing."""

    settings: EngineSettings
    changes: Sequence[ChangedSetting]
    warnings: Sequence[str]
    offset: str


class OperatorReads:
    """Methods that read the store raise `StoreUnavailable`; the others answer without it."""

    def __init__(
        self,
        engine: StateMachine,
        shell: Shell,
        sampling: Sampling,
        own: OwnStatus,
        stores: Stores,
        state_memory: StateMemory,
        act_rates: ActRatesReader,
    ) -> None:
        self.performance = PerformanceReader(engine, shell)
        self._engine = engine
        self._shell = shell
        self._sampling = sampling
        self._own = own
        self._stores = stores
        self._state_memory = state_memory
        self._act_rates = act_rates

    async def serving(self) -> ServingAnswer:
        """Return the status of this process."""
        state_bytes = await self._state_memory.measure()
        return self._own.serving(state_bytes, self._shell, self._sampling)

    def samples(self, span: Span, after_ms: int | None, names: Collection[str]) -> SamplesAnswer:
        """Return this process's samples after a time, of the named series or of all."""
        found = self._sampling.timeline.samples(span, after_ms, names)
        return SamplesAnswer(found, self._engine.lookups.drift_alarms(), self._own.replica_id)

    @property
    def _offset(self) -> str:
        """The state of now: what a read of several steps says, since entries come between them."""
        return self._shell.tail.position.offset

    async def replicas(self) -> ReplicasAnswer:
        """Return all replicas that reported within a day."""
        head, reports = await self._stores.log.head(), await self._stores.replicas.reports()
        return ReplicasAnswer(reports, head, self._own.replica_id)

    async def quarantined(self, count: int, before: str, reason: str) -> QuarantineAnswer:
        """Return events rejected before ``before`` ("": now) whose reason contains a text."""
        events = await self._stores.quarantine.newest(count, before=before, reason=reason)
        return QuarantineAnswer(
            events, await self._stores.quarantine.length(), await self._stores.quarantine.total()
        )

    async def storage(self) -> tuple[AllHoldings, int]:
        """Return what the store holds, and how many entries were appended so far."""
        holdings, head = await asyncio.gather(self._stores.holdings.read(), self._stores.log.head())
        return holdings, head.sequence

    async def settings(self) -> SettingsAnswer:
        """Return the settings that the log has, and how they came about."""
        lookups, offset = self._engine.lookups, self._offset
        found = await in_steps(lookups.settings_warnings())
        return SettingsAnswer(
            self._engine.settings,
            lookups.settings_changes(),
            list(chain.from_iterable(found)),
            offset,
        )

    async def visitors(self, question: VisitorQuestion) -> VisitorsAnswer:
        """Return recent visitors and accounts, or those whose id holds a text."""
        offset = self._offset
        pages = await in_steps(self._engine.lookups.visitor_page(question))
        page = next(page for page in pages if page is not None)
        count = unsearched(page, self._engine.lookups.counts()["users"], question.text)
        return VisitorsAnswer(page, offset, count)

    async def item_statistics(self, question: ItemQuestion, text: str) -> ItemsAnswer:
        """Return statistics of items, only of those whose id or title contains ``text``."""
        offset = self._offset
        if text:
            found = await in_steps(self._engine.lookups.items_holding(text))
            question = replace(question, among=Found.joined(found))
            await yield_to_others()
        self._engine.lookups.prepare_filter(question.filter)
        slots = await in_steps(self._engine.lookups.open_slots())
        by_rate = question.order is ItemOrder.PROBABILITY_BEST
        of_order = await self._act_rates.at(question.placement) if by_rate else None
        heads = await in_steps(self._engine.lookups.item_heads(question, of_order))
        rates = await self._act_rates.everywhere()
        page = self._engine.lookups.item_statistics(
            question, heads, slots, rates, self._own.now_ms()
        )
        answer = ItemsAnswer(page, offset)
        await yield_to_others()  # before it is translated
        return answer
