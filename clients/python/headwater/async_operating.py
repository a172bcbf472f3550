"""Questions of operators about a server, and replays of rejected events, for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import datetime

from headwater import operation_calls as calls
from headwater.async_connection import AsyncConnection
from headwater.channel import FEEDBACK_TIMEOUT_S
from headwater.operations import (
    ItemOrder,
    ItemStatistics,
    MetricSamples,
    MetricSpan,
    QuarantinedEvent,
    ReplayedEvent,
    Replica,
    Serving,
    SettingsChanges,
    Storage,
)
from headwater.performance import Performance, PerformanceQuestion
from headwater.wire.values import to_ids

EVENTS_A_PAGE = 100
ITEMS_A_PAGE = 100
ROWS_A_PAGE = 1_000


class AsyncOperations(AsyncConnection):
    """Those that read the store raise `UnavailableError` while it is away."""

    async def list_replicas(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> tuple[Replica, ...]:
        """Return every replica of the catalogue, also those that died within the last day."""
        return await self._make(calls.list_replicas(), timeout_s)

    async def get_serving(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> Serving:
        """Return the status of the process that answers."""
        return await self._make(calls.get_serving(), timeout_s)

    async def list_metric_samples(
        self,
        *,
        span: MetricSpan = MetricSpan.HOUR,
        start_time: datetime | None = None,
        names: Iterable[str] = (),
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> MetricSamples:
        """Return figures over time, from after ``start_time``, of the named series or of all."""
        return await self._make(calls.list_metric_samples(span, start_time, names), timeout_s)

    async def list_quarantined_events(
        self,
        *,
        reason: str = "",
        page_size: int = EVENTS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> AsyncIterator[QuarantinedEvent]:
        """Yield the quarantined events, newest first; ``timeout_s`` is for one page."""
        token = ""
        while True:
            page = await self._make(
                calls.list_quarantined_events(reason, page_size, token), timeout_s
            )
            for one in page.events:
                yield one
            token = page.next_page_token
            if not token:
                return

    async def replay_quarantined_events(
        self, quarantine_ids: Iterable[str], *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> tuple[ReplayedEvent, ...]:
        """Send 1 to 500 quarantined events again, and return what became of each, in order.

        Those that are learned, or were learned before, leave the quarantine.
        """
        return await self._make(calls.replay_quarantined_events(quarantine_ids), timeout_s)

    async def drop_quarantined_events(
        self, quarantine_ids: Iterable[str], *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> int:
        """Delete 1 to 500 quarantined events for good; return how many there were."""
        return await self._make(calls.drop_quarantined_events(quarantine_ids), timeout_s)

    async def get_storage(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> Storage:
        """Return what the store contains of this catalogue."""
        return await self._make(calls.get_storage(), timeout_s)

    async def list_settings_changes(
        self, *, timeout_s: float = FEEDBACK_TIMEOUT_S
    ) -> SettingsChanges:
        """Return the settings of the engine, who changed them, and what in them fits nothing."""
        return await self._make(calls.list_settings_changes(), timeout_s)

    async def get_performance(
        self,
        question: PerformanceQuestion | None = None,
        *,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> Performance:
        """Return clicks, orders and revenue of the lists, by what ``question`` groups them by.

        Without a question: the total of 28 days. ``timeout_s`` is for one page.
        """
        asked = question or PerformanceQuestion()
        page = first = await self._make(calls.get_performance(asked, ROWS_A_PAGE, ""), timeout_s)
        rows = [*first.rows]
        while token := page.next_page_token:
            page = await self._make(calls.get_performance(asked, ROWS_A_PAGE, token), timeout_s)
            rows += page.rows
        return replace(first, rows=tuple(rows), next_page_token="")

    async def list_item_statistics(
        self,
        *,
        order: ItemOrder = ItemOrder.TOUCHES,
        item_ids: Iterable[str] = (),
        query: str = "",
        filter: str = "",  # noqa: A002 - the API's name
        placement: str = "",
        page_size: int = ITEMS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> AsyncIterator[ItemStatistics]:
        """Yield the statistics of all items in ``order``, or only of ``item_ids``.

        ``query`` keeps the items whose id or title contains it; ``placement`` is the one whose act
        rates `ItemOrder.PROBABILITY_BEST` compares; ``timeout_s`` is for one page.
        """
        ids, token = to_ids("item_ids", item_ids), ""
        while True:
            call = calls.list_item_statistics(
                order, ids, query, filter, placement, page_size, token
            )
            page = await self._make(call, timeout_s)
            for one in page.items:
                yield one
            token = page.next_page_token
            if not token:
                return
