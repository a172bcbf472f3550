"""A whole replica over dictionaries: it counts, deduplicates and ranks by popularity."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.messages.entries import (
    Item,
    ItemDelete,
    ItemWrite,
    SessionEnd,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, Outcome, Status, fingerprint
from headwater_server.engine.messages.requests import (
    Interaction,
    Recommendation,
    RecommendRequest,
    ScoredItem,
    UserProfile,
)
from headwater_server.engine.messages.results import Result
from headwater_server.errors import DeadlineExceeded, InvalidRequest
from headwater_server.replica.answers import (
    Answer,
    ListAnswer,
    ModelAnswer,
    ReplicaState,
    WriteAnswer,
)
from headwater_server.replica.questions import SimilarQuestion, TrendingQuestion
from headwater_server.replica.reads.shortfall import shortfall
from tests.integration.dict_log import DictDescribed, DictLog
from tests.integration.dict_operating import DictOperating


class DictReplica:
    """`faults` are raised first, one a call; `pause` makes every call wait until it is set."""

    item_s = 100e-6

    def __init__(self) -> None:
        self.interactions: Counter[str] = Counter()
        self.items: dict[str, Item] = {}
        self.users: dict[str, UserWrite] = {}
        self.shown: list[str] = []
        self.callers: list[str] = []
        self.seen: dict[str, bytes] = {}
        self.offset = 0
        self.ended: set[str] = set()
        self.faults: list[Exception] = []
        self.pause: asyncio.Event | None = None
        self.asked: list[RecommendRequest] = []
        self.received: list[tuple[Event, str]] = []
        self.times_s: list[float | None] = []
        self.watchers: list[Callable[[bool, bool], None]] = []
        self.operators = DictOperating(self._begin)
        self.readable_log = DictLog(lambda: [event for event, _ in self.received], self._fault)
        self.described = DictDescribed(self.items, self.users)

    def has_ended(self, session_id: str) -> bool:
        return session_id in self.ended

    async def end_session(self, end: SessionEnd, time_remaining_s: float | None) -> WriteAnswer:
        await self._begin(time_remaining_s)
        self.ended.add(end.session_id)
        return WriteAnswer([], str(self.offset))

    def _fault(self) -> Exception | None:
        return self.faults.pop(0) if self.faults else None

    async def recommend(
        self,
        request: RecommendRequest,
        *,
        exclude_tokens: Sequence[str] = (),
        min_offset: str,
        time_remaining_s: float | None,
    ) -> Answer:
        self.asked.append(request)
        self.shown = list(exclude_tokens)
        await self._reached(min_offset, time_remaining_s)
        left = set(request.exclude_item_ids)
        best = [name for name, _ in self.interactions.most_common() if name not in left]
        results = tuple(
            Result(name, float(self.interactions[name]), None, 1.0, ("popular",) * request.explain)
            for name in best[: request.page_size]
        )
        slate = Recommendation(request.recommendation_id, results, "popular", request.placement)
        short = shortfall(request, len(results))
        return Answer(slate, "token", str(self.offset), shortfall=short)

    async def _reached(self, min_offset: str, time_remaining_s: float | None) -> None:
        await self._begin(time_remaining_s)
        if min_offset and not min_offset.isdigit():
            raise InvalidRequest("min_offset", "is no offset")
        if int(min_offset or 0) > self.offset:
            raise DeadlineExceeded("min_offset was not reached in time")

    def has_reached(self, min_offset: str) -> bool:
        return True  # each method decides

    async def reach(self, min_offset: str, time_remaining_s: float | None) -> None:
        raise AssertionError("everything is reached")

    async def list_similar_items(
        self, question: SimilarQuestion, *, min_offset: str, time_remaining_s: float | None
    ) -> ListAnswer:
        await self._reached(min_offset, time_remaining_s)
        return self._listed(set(question.item_ids), question.page_size)

    async def list_trending_items(
        self, question: TrendingQuestion, *, min_offset: str, time_remaining_s: float | None
    ) -> ListAnswer:
        await self._reached(min_offset, time_remaining_s)
        return self._listed(set(), question.page_size)

    def _listed(self, left: set[str], size: int) -> ListAnswer:
        best = [pair for pair in self.interactions.most_common() if pair[0] not in left]
        scored = [ScoredItem(name, float(count)) for name, count in best[:size]]
        return ListAnswer(scored, str(self.offset))

    async def take_feedback(
        self,
        events: Sequence[tuple[Event, str]],
        time_remaining_s: float | None,
        caller: str = "",
    ) -> asyncio.Task[WriteAnswer]:
        return asyncio.create_task(self.feedback(events, time_remaining_s, caller))

    async def erase_user(
        self, user_id: str, visitor_id: str, time_remaining_s: float | None
    ) -> WriteAnswer:
        await self._begin(time_remaining_s)
        self.users.pop(user_id, None)
        self.offset += 1
        return WriteAnswer([Outcome(Status.CREATED)], str(self.offset))

    async def unlink_visitor(self, visitor_id: str, time_remaining_s: float | None) -> WriteAnswer:
        await self._begin(time_remaining_s)
        self.offset += 1
        return WriteAnswer([Outcome(Status.CREATED)], str(self.offset))

    async def feedback(
        self,
        events: Sequence[tuple[Event, str]],
        time_remaining_s: float | None,
        caller: str = "",
    ) -> WriteAnswer:
        self.callers.append(caller)
        self.received.extend(events)
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
        self.interactions.update(item.item_id for item in event.items)
        return Outcome(Status.CREATED)

    async def upsert_items(
        self, writes: Sequence[ItemWrite], time_remaining_s: float | None
    ) -> WriteAnswer:
        await self._begin(time_remaining_s)
        self.items.update({write.item.item_id: write.item for write in writes})
        self.offset += 1
        return WriteAnswer([Outcome(Status.CREATED) for _ in writes], str(self.offset))

    async def delete_items(
        self, deletes: Sequence[ItemDelete], time_remaining_s: float | None
    ) -> WriteAnswer:
        await self._begin(time_remaining_s)
        for delete in deletes:
            self.items.pop(delete.item_id, None)
        self.offset += 1
        return WriteAnswer([Outcome(Status.CREATED) for _ in deletes], str(self.offset))

    async def upsert_users(
        self, writes: Sequence[UserWrite], time_remaining_s: float | None
    ) -> WriteAnswer:
        await self._begin(time_remaining_s)
        self.users.update({write.user_id: write for write in writes})
        self.offset += 1
        return WriteAnswer([Outcome(Status.CREATED) for _ in writes], str(self.offset))

    async def list_items(self, after_item_id: str, count: int, filter_text: str) -> list[Item]:
        ids = sorted(item_id for item_id in self.items if item_id > after_item_id)
        return [self.items[item_id] for item_id in ids[:count]]

    def get_user(self, user_id: str, visitor_id: str) -> UserProfile | None:
        if user_id not in self.users:
            return None
        history = tuple(
            Interaction(item, 1_000, count) for item, count in self.interactions.items()
        )
        return UserProfile(user_id, self.users[user_id].features, ("v",), history)

    def get_item(self, item_id: str) -> Item | None:
        return self.items.get(item_id)

    async def model(self, compute_digest: bool) -> ModelAnswer:
        digest = "d1" if compute_digest else ""
        counts = {"items": len(self.items)}
        return ModelAnswer(str(self.offset), digest, counts, 1 << 40, {"state": "1"})

    async def compare_replicas(self, time_remaining_s: float | None) -> ModelAnswer:
        await self._begin(time_remaining_s)
        state = ReplicaState("host-1-a", "worker", "d1")
        return replace(await self.model(compute_digest=True), replicas=[state])

    def drift_alarms(self) -> list[DriftAlarm]:
        return [DriftAlarm("all", "ranking_loss", 2**33, 1_700_000_000_123, 0.5, 0.75)]

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
