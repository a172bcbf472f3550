"""Serve visitors as the backend of a shop does: Recommend for each visit, then Feedback."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator

from headwater import AsyncClient, Event, EventStatus, Recommendation
from headwater_server.cli.demo.crowd import Arrival
from headwater_server.cli.demo.meters import Meters
from headwater_server.evaluation.simulator import Act, Visit

LANES = 4  # visits served at the same time; one visitor always has the same lane
WAITING_MAX = 8
ACKNOWLEDGED_KEPT = 500
TIMEOUT_S = 10.0
IMPRESSION = "impression"


class LostEventError(Exception):
    """The server rejected an event that it should have learned."""


class Feed:
    """Serves visits until told to stop; continues at the same place after a restart."""

    def __init__(
        self, arrivals: Iterator[Arrival], meters: Meters, tenth: Callable[[], int]
    ) -> None:
        self._arrivals = arrivals
        self._meters = meters
        self._tenth = tenth
        self._offsets: dict[str, str] = {}
        self.arrived = 0
        self.acknowledged: deque[Event] = deque(maxlen=ACKNOWLEDGED_KEPT)

    async def run(self, client: AsyncClient, go_on: Callable[[], bool]) -> None:
        """Serve visits while ``go_on()``; return when the last one is answered."""
        lanes: list[asyncio.Queue[Arrival | None]] = [
            asyncio.Queue(WAITING_MAX) for _ in range(LANES)
        ]
        self._meters.start()
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(self._serve_lane(client, lane))
            while go_on():
                arrival = next(self._arrivals, None)
                if arrival is None:
                    break
                self.arrived += 1
                await lanes[zlib.crc32(arrival.visitor_id.encode()) % LANES].put(arrival)
            for lane in lanes:
                await lane.put(None)
        self._meters.pause()

    async def _serve_lane(self, client: AsyncClient, lane: asyncio.Queue[Arrival | None]) -> None:
        while (arrival := await lane.get()) is not None:
            await self._serve(client, arrival)

    async def _serve(self, client: AsyncClient, arrival: Arrival) -> None:
        visitor_id = arrival.visitor_id
        started = time.perf_counter()
        slate = await client.recommend(
            visitor_id,
            min_offset=self._offsets.get(visitor_id, ""),
            exclude_item_ids=arrival.left_out,
            explore=arrival.explore,
            timeout_s=TIMEOUT_S,
        )
        self._meters.recommend.add(time.perf_counter() - started)
        visit = arrival.look(slate.item_ids)
        if visit.hit is not None:
            self._meters.count(self._tenth(), hit=visit.hit)
        events = _events(visitor_id, visit, slate)
        if events:
            await self._report(client, visitor_id, events)

    async def _report(self, client: AsyncClient, visitor_id: str, events: list[Event]) -> None:
        started = time.perf_counter()
        answer = await client.feedback(events, timeout_s=TIMEOUT_S)
        self._meters.feedback.add(time.perf_counter() - started)
        self._meters.events += len(events)
        self._offsets[visitor_id] = answer.offset
        for event, result in zip(events, answer.results, strict=True):
            if result.status not in {EventStatus.CREATED, EventStatus.EXISTS}:
                raise LostEventError(f"{event.event_type}: {result.status.value} {result.detail}")
            self.acknowledged.append(event)


def _events(visitor_id: str, visit: Visit, slate: Recommendation) -> list[Event]:
    token = slate.attribution_token
    acts = [_act(visitor_id, act, token) for act in visit.acts]
    if not visit.seen:
        return acts
    seen = Event(IMPRESSION, visitor_id, items=visit.seen, attribution_token=token)
    return [seen, *acts]


def _act(visitor_id: str, act: Act, token: str) -> Event:
    return Event(
        act.event_type,
        visitor_id,
        items=[act.item_id],
        value=act.value,
        position=act.position,
        attribution_token=token if act.position else "",
    )
