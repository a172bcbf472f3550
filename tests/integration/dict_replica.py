"""A whole replica over dictionaries: it counts, deduplicates and ranks by popularity."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence

from headwater_server.engine.entries import Item, ItemWrite
from headwater_server.engine.events import Event, Outcome, Status, fingerprint
from headwater_server.engine.metrics import Metric
from headwater_server.engine.requests import Recommendation, RecommendRequest, Result
from headwater_server.errors import DeadlineExceeded, InvalidRequest
from headwater_server.replica.answers import Answer, ModelAnswer, WriteAnswer


class DictReplica:
    """`faults` are raised first, one a call; `pause` makes every call wait until it is set."""

    def __init__(self) -> None:
        self.touched: Counter[str] = Counter()
        self.items: dict[str, Item] = {}
        self.seen: dict[str, bytes] = {}
        self.offset = 0
        self.faults: list[Exception] = []
        self.pause: asyncio.Event | None = None
        self.asked: list[RecommendRequest] = []
        self.told: list[tuple[Event, str]] = []
        self.times_s: list[float | None] = []
        self.watchers: list[Callable[[bool, bool], None]] = []

    async def recommend(
        self, request: RecommendRequest, *, min_offset: str, time_remaining_s: float | None
    ) -> Answer:
        self.asked.append(request)
        await self._begin(time_remaining_s)
        if min_offset and not min_offset.isdigit():
            raise InvalidRequest("min_offset", "is no offset")
        if int(min_offset or 0) > self.offset:
            raise DeadlineExceeded("min_offset was not reached in time")
        left = set(request.exclude_item_ids)
        best = [name for name, _ in self.touched.most_common() if name not in left]
        results = tuple(
            Result(name, float(self.touched[name]), None, 1.0, ("popular",) * request.explain)
            for name in best[: request.page_size]
        )
        slate = Recommendation(request.recommendation_id, results, "popular", request.placement)
        return Answer(slate, "token", str(self.offset))

    async def feedback(
        self, events: Sequence[tuple[Event, str]], time_remaining_s: float | None
    ) -> WriteAnswer:
        self.told.extend(events)
        await self._begin(time_remaining_s)
        self.offset += 1
        return WriteAnswer([self._learn(*signed) for signed in events], str(self.offset))

    def _learn(self, event: Event, token: str) -> Outcome:
        if any(not math.isfinite(item.quantity) for item in event.items):
            return Outcome(Status.QUARANTINED, "a quantity is not finite")
        mark = fingerprint(event, token)
        if event.event_id in self.seen:
            same = self.seen[event.event_id] == mark
            return Outcome(Status.EXISTS if same else Status.CONFLICT)
        self.seen[event.event_id] = mark
        self.touched.update(item.item_id for item in event.items)
        return Outcome(Status.CREATED)

    async def upsert_items(
        self, writes: Sequence[ItemWrite], time_remaining_s: float | None
    ) -> WriteAnswer:
        await self._begin(time_remaining_s)
        self.items.update({write.item.item_id: write.item for write in writes})
        self.offset += 1
        return WriteAnswer([Outcome(Status.CREATED) for _ in writes], str(self.offset))

    def get_item(self, item_id: str) -> Item | None:
        return self.items.get(item_id)

    def model(self, compute_digest: bool) -> ModelAnswer:
        digest = "d1" if compute_digest else ""
        counts = {"items": len(self.items)}
        return ModelAnswer(str(self.offset), digest, counts, 1 << 40, {"state": "1"})

    def metrics(self) -> list[Metric]:
        return [Metric("hit_rate_at_20", "home", "popular", "total", 0.5, 2**40)]

    def watch_health(self, watcher: Callable[[bool, bool], None]) -> None:
        self.watchers.append(watcher)
        watcher(True, True)

    async def _begin(self, time_remaining_s: float | None) -> None:
        self.times_s.append(time_remaining_s)
        if self.pause is not None:
            await self.pause.wait()
        if self.faults:
            raise self.faults.pop(0)
