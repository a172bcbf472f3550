"""What those who look after a server ask it, for asyncio. Nothing is changed by asking."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
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
    Replica,
    Serving,
    Storage,
)
from headwater.wire.values import to_ids

EVENTS_A_PAGE = 100
ITEMS_A_PAGE = 100


class AsyncOperations(AsyncConnection):
    """`UnavailableError` from what looks into the store while that is away."""

    async def list_replicas(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> tuple[Replica, ...]:
        """Return every replica of the catalogue, and those that died within a day."""
        return await self._make(calls.list_replicas(), timeout_s)

    async def get_serving(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> Serving:
        """Return how the process that answers is doing."""
        return await self._make(calls.get_serving(), timeout_s)

    async def list_metric_samples(
        self,
        *,
        span: MetricSpan = MetricSpan.HOUR,
        start_time: datetime | None = None,
        names: Iterable[str] = (),
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> MetricSamples:
        """Return figures over time, those after ``start_time``, of the named series or of all."""
        return await self._make(calls.list_metric_samples(span, start_time, names), timeout_s)

    async def list_quarantined_events(
        self,
        *,
        reason: str = "",
        page_size: int = EVENTS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> AsyncIterator[QuarantinedEvent]:
        """Yield what nothing was learned from, newest first; ``timeout_s`` is that of a page."""
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

    async def get_storage(self, *, timeout_s: float = FEEDBACK_TIMEOUT_S) -> Storage:
        """Return what the store keeps of this catalogue."""
        return await self._make(calls.get_storage(), timeout_s)

    async def list_item_statistics(
        self,
        *,
        order: ItemOrder = ItemOrder.TOUCHES,
        item_ids: Iterable[str] = (),
        query: str = "",
        filter: str = "",  # noqa: A002 - the API's name
        page_size: int = ITEMS_A_PAGE,
        timeout_s: float = FEEDBACK_TIMEOUT_S,
    ) -> AsyncIterator[ItemStatistics]:
        """Yield what was counted of items, in ``order``, or of ``item_ids`` alone.

        ``query`` is held by the id or the title; ``timeout_s`` is that of a page.
        """
        ids, token = to_ids("item_ids", item_ids), ""
        while True:
            call = calls.list_item_statistics(order, ids, query, filter, page_size, token)
            page = await self._make(call, timeout_s)
            for one in page.items:
                yield one
            token = page.next_page_token
            if not token:
                return
