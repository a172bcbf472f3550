"""A whole engine in a screen: it recommends what followed the visitor's latest item, then the rest.

Not a mock: it folds entries and answers from its state, so what is measured here can be worked
out by hand.
"""

from __future__ import annotations

import hashlib

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.results import Result


class TinyEngine:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.requests: list[tuple[RecommendRequest, int]] = []
        self.latest: dict[str, str] = {}
        self.followed: dict[str, str] = {}
        self.counts: dict[str, int] = {}
        self.score = 1.0

    def apply(self, entry: Entry) -> list[Outcome]:
        self.entries.append(entry)
        for operation in entry.operations:
            if isinstance(operation, Event):
                self._learn(operation)
        return [Outcome(Status.CREATED)] * len(entry.operations)

    def _learn(self, event: Event) -> None:
        item_id = event.items[0].item_id
        before = self.latest.get(event.visitor_id)
        if before is not None:
            self.followed[before] = item_id
        self.latest[event.visitor_id] = item_id
        self.counts[item_id] = self.counts.get(item_id, 0) + 1

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        self.requests.append((request, now_ms))
        latest = self.latest.get(request.visitor_id, "")
        best = [self.followed[latest]] if latest in self.followed else []
        ranked = dict.fromkeys([*best, *sorted(self.counts, key=lambda i: (-self.counts[i], i))])
        chosen = [i for i in ranked if i not in request.exclude_item_ids][: request.page_size]
        results = tuple(Result(i, self.score, None, 1.0) for i in chosen)
        return Recommendation(request.recommendation_id, results, "tiny")

    def digest(self) -> str:
        text = repr((sorted(self.latest.items()), sorted(self.followed.items())))
        return hashlib.sha256(text.encode()).hexdigest()
