"""A whole engine that only counts: quick to read, quick to fold, and its digest tells all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from headwater_server.engine.entries import Entry, Item, ItemWrite, Operation
from headwater_server.engine.events import Event, Outcome, Status
from headwater_server.engine.metrics import Metric
from headwater_server.engine.requests import Recommendation, RecommendRequest, Result
from headwater_server.engine.settings import EngineSettings


class CountingEngine:
    STATE_VERSION = 1

    def __init__(self, settings: EngineSettings | None = None) -> None:
        self.settings = settings or EngineSettings()
        self.touched: dict[str, int] = {}
        self.seen: dict[str, bytes] = {}
        self.order: list[str] = []
        self.titles: dict[str, str] = {}

    def apply(self, entry: Entry) -> list[Outcome]:
        return [self._apply(operation) for operation in entry.operations]

    def _apply(self, operation: Operation) -> Outcome:
        match operation:
            case Event():
                return self._learn(operation)
            case ItemWrite():
                self.titles[operation.item.item_id] = operation.item.title
            case _:
                self.settings = operation.settings
        return Outcome(Status.CREATED)

    def _learn(self, event: Event) -> Outcome:
        if event.event_type == "poison":
            raise ArithmeticError("this event cannot be applied")
        if event.event_id in self.seen:
            same = self.seen[event.event_id] == event.fingerprint
            return Outcome(Status.EXISTS if same else Status.CONFLICT)
        self.seen[event.event_id] = event.fingerprint
        self.order.append(event.event_id)
        for item in event.items:
            self.touched[item.item_id] = self.touched.get(item.item_id, 0) + 1
        return Outcome(Status.CREATED)

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        best = sorted(self.touched, key=lambda item: (-self.touched[item], item))
        results = tuple(Result(item, 1.0, None, 1.0) for item in best[: request.page_size])
        return Recommendation(request.recommendation_id, results, "counting", request.placement)

    def digest(self) -> str:
        state = (self.order, sorted(self.seen.items()), self.titles, self.settings.canonical())
        return hashlib.sha256(repr(state).encode()).hexdigest()

    def capture(self) -> list[tuple[str, Any]]:
        state = {"touched": self.touched, "seen": self.seen, "titles": self.titles}
        copies = [(path, dict(value)) for path, value in state.items()]
        return [*copies, ("order", list(self.order)), ("settings", self.settings.canonical())]

    @classmethod
    def restore(cls, parts: Iterable[tuple[str, Any]]) -> CountingEngine:
        found = dict(parts)
        engine = cls(EngineSettings.parse(found["settings"]))
        engine.touched, engine.seen = found["touched"], found["seen"]
        engine.titles, engine.order = found["titles"], found["order"]
        return engine

    def get_item(self, item_id: str) -> Item | None:
        return Item(item_id, self.titles[item_id]) if item_id in self.titles else None

    def counts(self) -> dict[str, int]:
        return {"events_learned": len(self.order)}

    def memory_bytes(self) -> int:
        return 0

    def metrics(self) -> Sequence[Metric]:
        return []
