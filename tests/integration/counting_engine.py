"""A whole engine that only counts: quick to read, quick to fold, its digest covers all."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import astuple
from itertools import islice
from typing import Any

import numpy as np

from headwater_server.engine.auditing.access import AccessState
from headwater_server.engine.figures.figures import Figures
from headwater_server.engine.figures.reading import FiguresReading
from headwater_server.engine.learning.attribution import Slots
from headwater_server.engine.lookups.act_rates import PlacementRates
from headwater_server.engine.lookups.heads import Head
from headwater_server.engine.lookups.limits import Limit
from headwater_server.engine.lookups.statistics import (
    Found,
    ItemFigures,
    ItemPage,
    ItemQuestion,
)
from headwater_server.engine.measures.act_rates import ActRates, SeenSlots
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.measures.placements import OTHER
from headwater_server.engine.messages.entries import (
    Build,
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    Operation,
    SettingsChange,
    UserErase,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.engine.messages.requests import (
    Interaction,
    Recommendation,
    RecommendRequest,
    ScoredItem,
    UserProfile,
)
from headwater_server.engine.messages.results import Result
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot import state
from headwater_server.engine.snapshot.capture import Capture
from headwater_server.engine.visitors.users import Features


class _Whole(Capture):
    """Taken in one step: it is small."""

    def __init__(self, engine: CountingEngine) -> None:
        super().__init__(dict)
        self._engine = engine

    def take(self) -> Iterator[None]:
        self._taken = self._engine.capture()
        yield

    def parts(self) -> Iterator[tuple[str, Any]]:
        return iter(self._taken)


class CountingEngine:
    STATE_VERSION = 1

    def __init__(self, settings: EngineSettings | None = None) -> None:
        self.settings = settings or EngineSettings()
        self.interactions: dict[str, int] = {}
        self.seen: dict[str, bytes] = {}
        self.order: list[str] = []
        self.titles: dict[str, str] = {}
        self.users: dict[str, Any] = {}
        self.build: Build | None = None
        self.access = AccessState()

    @property
    def written_settings(self) -> EngineSettings:
        return self.settings

    def apply(self, entry: Entry) -> list[Outcome]:
        return [outcome for outcomes in self.applying(entry) for outcome in outcomes or ()]

    def applying(
        self, entry: Entry, pauses: Callable[[], bool] = bool, following: Iterable[Entry] = ()
    ) -> Iterator[Sequence[Outcome] | None]:
        for operation in (one for each in (entry, *following) for one in each.operations):
            yield [(yield from self._applying(operation))]

    def _applying(self, operation: Operation) -> Generator[None, None, Outcome]:
        match operation:
            case Event():
                return (yield from self._learning(operation))
            case ItemWrite():
                self.titles[operation.item.item_id] = operation.item.title
            case ItemDelete():
                self.titles.pop(operation.item_id, None)
            case UserWrite():
                self.users[operation.user_id] = operation.features
            case UserErase():
                self.users.pop(operation.user_id, None)
            case SettingsChange():
                self.settings = operation.over(self.settings)
            case Build():
                self.build = operation
        return Outcome(Status.CREATED)

    def _learning(self, event: Event) -> Generator[None, None, Outcome]:
        if event.event_type == "poison":
            raise ArithmeticError("this event cannot be applied")
        if event.event_id in self.seen:
            same = self.seen[event.event_id] == event.fingerprint
            return Outcome(Status.EXISTS if same else Status.CONFLICT)
        self.seen[event.event_id] = event.fingerprint
        yield  # as between two items: a copy of the state taken here holds half an event
        self.order.append(event.event_id)
        for item in event.items:
            self.interactions[item.item_id] = self.interactions.get(item.item_id, 0) + 1
            yield
        return Outcome(Status.CREATED)

    def bound_filters(self, bytes_max: int) -> None: ...

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        best = sorted(self.interactions, key=lambda item: (-self.interactions[item], item))
        results = tuple(Result(item, 1.0, None, 1.0) for item in best[: request.page_size])
        return Recommendation(request.recommendation_id, results, "counting", request.placement)

    def recommend_all(
        self, requests: Sequence[RecommendRequest], now_ms: int
    ) -> list[Recommendation]:
        return [self.recommend(request, now_ms) for request in requests]

    def digest(self) -> str:
        return state.digest(self._learned())

    def _learned(self) -> list[tuple[str, Any]]:
        counted = {"interactions": self.interactions, "seen": self.seen, "titles": self.titles}
        copies = [(path, dict(sorted(value.items()))) for path, value in counted.items()]
        copies += [("users", dict(self.users)), ("order", list(self.order))]
        build = astuple(self.build) if self.build else ()
        return [*copies, ("settings", self.settings.canonical()), ("build", build)]

    def capture(self) -> list[tuple[str, Any]]:
        return [(f"learned/{path}", value) for path, value in self._learned()]

    def capturing(self) -> Capture:
        return _Whole(self)

    def take_state(self, other: CountingEngine) -> None:
        vars(self).update(vars(other))

    @classmethod
    def restore(cls, parts: Iterable[tuple[str, Any]]) -> CountingEngine:
        found = {path.removeprefix("learned/"): value for path, value in parts}
        engine = cls(EngineSettings.parse(found["settings"]))
        for name in ("interactions", "seen", "titles", "order", "users"):
            setattr(engine, name, found[name])
        engine.build = Build(*found["build"]) if found["build"] else None
        return engine

    @property
    def lookups(self) -> CountingEngine:
        return self

    def get_item(self, item_id: str) -> Item | None:
        return Item(item_id, self.titles[item_id]) if item_id in self.titles else None

    def list_similar_items(
        self,
        item_ids: Sequence[str],
        page_size: int,
        filter_text: str,
        now_ms: int,
        *,
        variants: bool = False,
    ) -> tuple[ScoredItem, ...]:
        others = [item for item in sorted(self.interactions) if item not in item_ids]
        return tuple(ScoredItem(item, 1.0) for item in others[:page_size])

    def shortfall_notes(self, request: RecommendRequest) -> list[str]:
        return []

    def list_trending_items(
        self, category: str, window: str, page_size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        best = sorted(self.interactions.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(ScoredItem(item, float(count)) for item, count in best[:page_size])

    def open_slots(self) -> Iterator[Slots]:
        return iter(())

    def item_heads(
        self, question: ItemQuestion, rates: PlacementRates | None = None
    ) -> Iterator[Head]:
        return iter(())

    def act_placements(self) -> tuple[str, ...]:
        return ()

    def act_placement_of(self, placement: str) -> str:
        return OTHER

    def seen_slots(self, placement: str) -> SeenSlots:
        return ActRates().at(placement, 0.0)

    def seen_slots_of(self, placement: str, item_id: str) -> SeenSlots:
        return self.seen_slots(placement)

    def act_version(self, placement: str) -> tuple[tuple[int, float], float]:
        return (0, 1.0), 0.0

    def lists_counted(self, placement: str) -> int:
        return 0

    def item_statistics(
        self,
        question: ItemQuestion,
        heads: Sequence[Head],
        slots: Sequence[Slots],
        rates: Sequence[PlacementRates],
        now_ms: int,
    ) -> ItemPage:
        found = sorted(self.interactions.items(), key=lambda pair: (-pair[1], pair[0]))
        page = found[question.start : question.start + question.page_size]
        zeros = (0.0, 0.0, 0.0)
        return ItemPage(
            tuple(
                ItemFigures(name, self.get_item(name), True, n, 0, 0, zeros, zeros, 0, 0, 0.0)
                for name, n in page
            ),
            len(found),
        )

    def prepare_filter(self, text: str) -> None:
        pass

    def items_holding(self, text: str) -> Iterator[Found]:
        names = [*self.interactions]
        found = [place for place, name in enumerate(names) if text in name]
        yield Found(np.array(found, np.int32), [names[place] for place in found])

    def listing(self, after_item_id: str, page_size: int, filter_text: str) -> Iterator[list[Item]]:
        ids = sorted(item_id for item_id in self.titles if item_id > after_item_id)
        yield [Item(item_id, self.titles[item_id]) for item_id in ids[:page_size]]

    def described_items(self, first: int = 0) -> Iterator[tuple[int, Item]]:
        items = enumerate(Item(item_id, title) for item_id, title in self.titles.items())
        yield from islice(items, first, None)

    def described_users(self, first: int = 0) -> Iterator[tuple[int, str, Features]]:
        for place, (user_id, features) in enumerate(self.users.items()):
            if place >= first and features:
                yield place, user_id, features

    def get_user(self, user_id: str, visitor_id: str) -> UserProfile | None:
        if user_id not in self.users:
            return None
        history = tuple(Interaction(item, 0, count) for item, count in self.interactions.items())
        return UserProfile(user_id, self.users[user_id], (), history)

    def settings_changes(self) -> Sequence[Any]:
        return []

    def settings_warnings(self) -> Iterator[list[str]]:
        return iter(())

    def catalogue_version(self) -> int:
        return 0

    def counts(self) -> dict[str, int]:
        return {"events_learned": len(self.order)}

    def limits(self) -> Sequence[Limit]:
        return []

    def measuring_memory(self) -> Iterator[float]:
        return iter(())

    def drift_alarms(self) -> Sequence[DriftAlarm]:
        return []

    def drift_counts(self) -> dict[tuple[str, bool], int]:
        return {}

    def experiments(self) -> Sequence[Any]:
        return []

    @property
    def figures(self) -> FiguresReading:
        return FiguresReading(Figures(), 0)

    def metrics(self) -> Sequence[Metric]:
        return []
