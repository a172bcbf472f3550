"""The parts that hold state, the pipeline that joins them, and the state of all of them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any, Self

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.explain.explanations import Explanations
from headwater_server.engine.intake.deduplication import Deduplication
from headwater_server.engine.intake.influence import Influence
from headwater_server.engine.learning.attribution import Attribution
from headwater_server.engine.learning.impressions import Impressions
from headwater_server.engine.learning.learning import Learning
from headwater_server.engine.lookups.lists import Lists
from headwater_server.engine.measures.calibration import Calibration
from headwater_server.engine.measures.drift import Drift
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, Outcome
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.reranking.hiding import Hiding
from headwater_server.engine.reranking.reranker import Reranking
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.request_context import circumstances
from headwater_server.engine.visitors.users import Users
from headwater_server.engine.visitors.visitors import History, Visitors

_STATEFUL = (
    "catalogue", "visitors", "users", "hiding", "deduplication", "influence", "attribution",
    "progress", "calibration", "drift", "models",
)  # fmt: skip


Steps = Generator[None, None, None]
"""Work that may be interrupted wherever it yields: other tasks then read the state."""
Applied = Generator[None, None, Outcome]
"""The same, which ends with an outcome."""


class Parts:
    """What an engine is made of. Nothing here decides: `engine` and `changes` do."""

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = settings
        self.clock_ms = 0
        self.learned = 0
        self.repeated = 0
        self.catalogue = Catalogue(settings.items_max)
        self.visitors = Visitors(settings.visitors_max, 0.0)
        self.users = Users(settings.visitors_max)
        self.hiding = Hiding(settings.visitors_max)
        self.deduplication = Deduplication(0, 0)
        self.influence = Influence(settings)
        self.attribution = Attribution(0)
        self.progress = ProgressiveValidation()
        self.calibration = Calibration(self.progress)
        self.drift = Drift()
        self.models = models = Models(settings)
        # the pipeline: none of these keeps state but what it is given
        catalogue = self.catalogue
        self.retriever = Retriever(models, catalogue)
        self.ranking = Ranking(models, self.retriever.evidence)
        self.learning = Learning(models, catalogue, self.retriever, self.ranking, self.progress)
        self.scoring = CandidateScoring(models, catalogue, self.retriever, self.ranking)
        self.reranking = Reranking(self.scoring)
        self.explanations = Explanations(models, catalogue, self.ranking)
        self.lists = Lists(models, self.scoring)
        self.impressions = Impressions(
            self.attribution,
            self.learning,
            self.scoring,
            self.progress,
            self.calibration,
            self.drift,
        )
        self.adopt(settings)

    def adopt(self, settings: EngineSettings) -> None:
        """Go on under ``settings``; what was learned stays."""
        self.settings = settings
        self.catalogue.items_max = settings.items_max
        self.retriever.without = frozenset(settings.without)
        self.ranking.leave_out(settings.without)
        for kept in (self.visitors, self.hiding):
            kept.profiles_max = settings.visitors_max
        self.users.users_max = settings.visitors_max
        self.influence.settings = settings
        self.reranking.adopt(settings)
        self.visitors.session_gap_s = settings.session_gap_minutes * 60.0
        self.deduplication.window_ms = round(settings.deduplication_window_hours * 3_600_000)
        self.deduplication.ids_max = settings.deduplication_ids_max
        self.attribution.adopt(round(settings.attribution_window_minutes * 60_000), self.clock_ms)

    @property
    def is_empty(self) -> bool:
        """Whether no item and no event is known yet."""
        return not len(self.catalogue) and not len(self.deduplication)

    def time_ms(self, entry: Entry, event_time_ms: int | None = None) -> int:
        """Return what the clock, which never runs back, says once this is applied."""
        time_ms = (event_time_ms or 0) if entry.imported else entry.time_ms
        return max(self.clock_ms, time_ms)

    def advancing(self, now_ms: int) -> Steps:
        """Move the clock, and close the attribution windows that are over: one a step."""
        self.clock_ms = now_ms
        yield from self.impressions.closing(now_ms, self.learned)

    def history(self, who: Event | RecommendRequest, placement: str, time_ms: int) -> History:
        """Return what counts for the visitor who acts or asks: history and circumstances."""
        history = self.visitors.history(
            who.visitor_id, who.user_id, who.session_id, time_ms / 1000.0
        )
        account = who.user_id or self.visitors.account_of(who.visitor_id)
        found = circumstances(placement, who.context, self.users.features(account))
        return replace(history, circumstances=found) if found else history

    def numbering(self, item_id: str) -> Generator[None, None, int]:
        """Return the item's number; a new one may take the place of those inactive longest.

        In several steps if all models need more room for it.
        """
        rows = self.catalogue.rows_with(item_id)
        if rows > self.catalogue.rows:
            yield from self.models.reserving(rows)
            yield from self.catalogue.reserving(rows)
        if self.catalogue.number(item_id) is None and self.catalogue.is_full():
            gone = self.catalogue.evict()
            self.models.forget(gone)
            self.retriever.popular.forget(gone)
            self.attribution.forget_items(gone)
            self.visitors.histories.forget_items(gone, self.catalogue.rows)
            self.hiding.forget_items(gone)
        return self.catalogue.enter(item_id)

    def state(self) -> dict[str, Any]:
        """Return all that was learned, as a tree of plain values, made branch by branch."""
        return {
            "settings": self.settings.canonical(),
            "clock_ms": self.clock_ms,
            "learned": self.learned,
            "popular": self.retriever.popular.state,
            **{name: getattr(self, name).state for name in _STATEFUL},
        }

    @classmethod
    def loaded(cls, learned: dict[str, Any], repeated: int) -> Self:
        """Return the parts whose `state` this is. Raises KeyError for a branch that is missing."""
        parts = cls(EngineSettings.parse(learned["settings"]))
        parts.clock_ms, parts.learned = learned["clock_ms"], learned["learned"]
        parts.repeated = repeated
        parts.retriever.popular.load(learned["popular"])
        for name in _STATEFUL:
            getattr(parts, name).load(learned[name])
        return parts
