"""A simple recommender behind one small interface, and that interface as an engine.

`AsEngine` makes of it what a backtest folds, so that one `Backtest` counts Headwater and
all others alike: the same events, the same questions, the same misses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Set as AbstractSet

from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.results import Result
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type, reward_of
from headwater_server.engine.settings import EngineSettings


class Recommender(ABC):
    """A recommender that learns every event and is asked before each.

    ``name`` is in the table, ``settings`` below it: all that is needed to get the same figures
    again. Neither method may look ahead; `recommend` changes no answer that comes later.
    ``strengthened``: we built more into it than its paper or package brings.
    ``training_cpu_s``: CPU seconds of the trainings so far, if it is trained now and then.
    """

    name: str
    settings: str
    strengthened: bool = False
    training_cpu_s: float = 0.0

    @abstractmethod
    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Learn one event. ``reward`` is the shop's table's, negative for a return or a dislike."""

    @abstractmethod
    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return up to ``n`` (item, score), best first, none of them among ``left_out``."""


class AsEngine:
    """A recommender as the `Foldable` that a `Backtest` needs; it gets no items, only events."""

    def __init__(self, recommender: Recommender) -> None:
        self._recommender = recommender
        self._settings = EngineSettings()

    @property
    def training_cpu_s(self) -> float:
        """CPU seconds of the recommender's trainings so far."""
        return self._recommender.training_cpu_s

    def apply(self, entry: Entry) -> list[Outcome]:
        """Teach it the entry's events, an item at a time; impressions are no interactions."""
        for operation in entry.operations:
            if isinstance(operation, SettingsChange):
                self._settings = operation.settings
            elif isinstance(operation, Event):
                self._learn(operation)
        return [Outcome(Status.CREATED)] * len(entry.operations)

    def _learn(self, event: Event) -> None:
        if canonical_type(event.event_type) == IMPRESSION:
            return
        reward = reward_of(event, self._settings)
        time_s = (event.event_time_ms or 0) / 1000
        for item in event.items:
            self._recommender.learn(event.visitor_id, item.item_id, reward, event.value, time_s)

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Ask the recommender. Without exploration each slot is certain, so its propensity is 1."""
        left_out = frozenset(request.exclude_item_ids)
        ranked = self._recommender.recommend(
            request.visitor_id, now_ms / 1000, left_out, request.page_size
        )
        results = tuple(Result(item_id, score, None, 1.0) for item_id, score in ranked)
        return Recommendation(request.recommendation_id, results, self._recommender.name)

    def digest(self) -> str:
        """Return "": its state has no digest."""
        return ""
