"""The parts that hold state, the pipeline that joins them, and the state of all of them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import astuple
from typing import Any, Self

from headwater_server.engine.auditing.trail import AuditTrail
from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.clock import following_ms
from headwater_server.engine.experiments.experiments import Experiments
from headwater_server.engine.explain.explanations import Explanations
from headwater_server.engine.figures.figures import Figures
from headwater_server.engine.intake.deduplication_windows import DeduplicationWindows
from headwater_server.engine.intake.influence import Influence
from headwater_server.engine.learning.attribution import Attribution
from headwater_server.engine.learning.impressions import Impressions
from headwater_server.engine.learning.kinds import kinds_of
from headwater_server.engine.learning.learning import Learning
from headwater_server.engine.lookups.lists import Lists
from headwater_server.engine.measures.act_rates import ActRates
from headwater_server.engine.measures.calibration import Calibration
from headwater_server.engine.measures.drift import Drift
from headwater_server.engine.measures.measures import Measures
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.measures.placements import Placements
from headwater_server.engine.messages.entries import Build, Entry
from headwater_server.engine.messages.events import Event, Outcome
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.engine.ranking.holding import Holding
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.reranking.answering import Answering
from headwater_server.engine.reranking.hiding import Hiding
from headwater_server.engine.reranking.reranker import Reranking
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.rules.book import RuleBook
from headwater_server.engine.rules.judging import RuleState
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.settings_history import SettingsHistory
from headwater_server.engine.sources import Sources
from headwater_server.engine.visitors.request_context import stated_and_claimed
from headwater_server.engine.visitors.users import Users
from headwater_server.engine.visitors.visitors import History, Visitors
from headwater_server.models.base import done

_STATEFUL = (
    "catalogue", "visitors", "users", "hiding", "deduplication", "influence", "attribution",
    "progress", "calibration", "drift", "placements", "act_rates", "models",
    "experiments", "figures",
)  # fmt: skip

Steps = Generator[bool | None, None, None]
"""Work that may be interrupted wherever it yields: other tasks then read the state.

It yields True after each attribution window that it closes; between them the state has a place.
"""
Applied = Generator[bool | None, None, Outcome]
"""The same, which ends with an outcome."""
Numbered = Generator[bool | None, None, int]
"""The same, which ends with an item's number."""


class Parts:
    """What an engine is made of. Nothing here decides: `engine` and `changes` do."""

    def __init__(self, settings: EngineSettings) -> None:
        self.settings = self.written = settings
        self.settings_history, self.sources = SettingsHistory(), Sources()
        self.experiments, self.rules, self.audit = Experiments(), RuleBook(), AuditTrail()
        self.build: Build | None = None
        self.clock_ms = self.learned = self.repeated = 0
        self.catalogue = Catalogue(settings.items_max, settings.event_items_max)
        self.visitors = Visitors(settings.visitors_max, 0.0)
        self.users = Users(settings.visitors_max)
        self.hiding = Hiding(settings.visitors_max)
        self.deduplication = DeduplicationWindows(0, 0)
        self.influence, self.attribution, self.drift = Influence(settings), Attribution(0), Drift()
        self.progress = ProgressiveValidation()
        self.calibration = Calibration(self.progress)
        self.placements, self.act_rates, self.figures = Placements(), ActRates(), Figures()
        self.models = models = Models(settings)
        # the pipeline: none of these keeps state but what it is given
        catalogue, visitors = self.catalogue, self.visitors
        self.retriever = retriever = Retriever(models, catalogue)
        self.ranking = Ranking(models, retriever)
        of = models, catalogue, visitors, retriever, self.ranking
        self.holding = Holding(*of)
        self.learning = Learning(*of, self.holding, self.progress, self.drift)
        self.scoring = CandidateScoring(models, catalogue, self.retriever, self.ranking)
        self.answering = Answering(self.scoring, self.holding)
        self.reranking = Reranking(self.answering)
        self.explanations = Explanations(models, catalogue, self.ranking, retriever.popular.counted)
        self.lists = Lists(models, self.answering, self.visitors)
        measured = self.progress, self.calibration, self.drift, self.act_rates, self.placements
        given = self.attribution, self.learning, self.scoring, Measures(*measured)
        self.impressions = Impressions(*given)
        self.adopt(settings)

    def adopt(self, written: EngineSettings) -> None:
        """Go on under these settings; what was learned stays, as far as there are places for it."""
        self.written = written
        self.settings = settings = self.rule_state.settings()
        self.catalogue.items_max = settings.items_max
        self.catalogue.event_items_max = settings.event_items_max
        done(self.catalogue.columns.group_by(settings.group_by, settings.variants_max))
        self.retriever.leave_out(settings.without)
        self.ranking.leave_out(settings.without)
        self.visitors.profiles_max = self.hiding.profiles_max = settings.visitors_max
        self.users.users_max = settings.visitors_max
        self._answer_by(settings)
        self.visitors.session_gap_s = settings.session_gap_minutes * 60.0
        window_ms = round(settings.deduplication_window_hours * 3_600_000)
        self.deduplication.adopt(window_ms, settings.deduplication_ids_max)
        self.attribution.adopt(round(settings.attribution_window_minutes * 60_000), self.clock_ms)
        self.act_rates.half_life_s = settings.act_half_life_days * 86_400.0
        self.figures.adopt(settings)
        self.experiments.adopt(self.figures.offset_ms, settings.figures_days)
        self._shrink()

    def override(self, who: str, time_ms: int) -> None:
        """Put what is promoted now over the written settings."""
        before = self.settings
        self.rules.follow(len(self.experiments.policies.promoted))
        self.answer_in_force()
        self.settings_history.note(before, self.settings, who, time_ms)

    @property
    def rule_state(self) -> RuleState:
        """What decides which rules are in force."""
        return RuleState(self.rules, self.written, self.experiments.policies.promoted)

    def answer_in_force(self) -> None:
        """Answer by what the log has put in force: settings, policies, rules of editors."""
        self._answer_by(self.rule_state.settings())

    def _answer_by(self, settings: EngineSettings) -> None:
        self.settings = self.learning.settings = self.influence.settings = settings
        self.reranking.adopt(settings)
        self.kinds = kinds_of(settings, self.reranking.hiding)

    def _shrink(self) -> None:
        """Remove what has no place any more; described items stay, whatever ``items_max`` is."""
        for _ in self.making_room():
            pass
        self.hiding.shrink(self.clock_ms)
        for kept in (self.visitors, self.users, self.deduplication):
            kept.shrink()

    @property
    def is_empty(self) -> bool:
        """Whether no item, event or policy is known yet."""
        return not (len(self.catalogue) or len(self.deduplication) or self.experiments.is_used)

    def time_ms(self, entry: Entry, event_time_ms: int | None = None) -> int:
        """Return what the clock says once this is applied."""
        time_ms = (event_time_ms or 0) if entry.imported else entry.time_ms
        return following_ms(self.clock_ms, entry.time_ms, time_ms)

    def advancing(self, now_ms: int) -> Steps:
        """Move the clock, and close the attribution windows that are over: one a step."""
        if now_ms < self.clock_ms or self.attribution.closes_any(now_ms):
            yield from self.learning.learning()
        if now_ms < self.clock_ms:
            self._set_back(now_ms)
        self.clock_ms = now_ms
        yield from self.impressions.closing(now_ms, self.learned)

    def _set_back(self, now_ms: int) -> None:
        """Count as now what was noted after now, while the store's clock was ahead."""
        for kept in (self.catalogue, self.users, self.hiding, self.deduplication):
            kept.set_back(now_ms)
        self.visitors.set_back(now_ms / 1000.0)
        self.models.by_day.set_back(now_ms / 1000.0)
        self.act_rates.set_back(now_ms / 1000.0)
        self.attribution.adopt(self.attribution.window_ms, now_ms)

    def history(self, who: RecommendRequest, placement: str, time_ms: int) -> History:
        """Return what counts for the visitor who asks."""
        return self._history(who, placement, time_ms, of_past=False)

    def history_before(self, event: Event, placement: str, time_ms: int) -> History:
        """Return the same for the visitor of an event that may come late: up to its time."""
        return self._history(event, placement, time_ms, of_past=True)

    def _history(
        self, who: Event | RecommendRequest, placement: str, time_ms: int, *, of_past: bool
    ) -> History:
        history = self.visitors.history(
            who.visitor_id, who.user_id, who.session_id, time_ms / 1000.0, of_past=of_past
        )
        account = who.user_id or self.visitors.account_of(who.visitor_id)
        found, claimed = self.circumstances(who, placement, account)
        if not (found or claimed):
            return history
        return history._replace(circumstances=found, claimed=claimed)

    def circumstances(
        self, who: Event | RecommendRequest, placement: str, account: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return those of an act or a request, and those that only a page claims."""
        if not (account or placement or who.context):
            return (), ()
        is_known = self.models.circumstances.is_known
        return stated_and_claimed(who, placement, self.users.features(account), is_known)

    def numbering(self, item_id: str) -> Numbered:
        """Return the item's number; a new one may take the place of those inactive longest.

        All tables then have room for an act on it.
        """
        if self.visitors.histories.lacks_room:
            yield from self.visitors.histories.reserving()
        if self.models.lacks_room:
            yield from self.models.making_room()
        if self.catalogue.number(item_id) is not None:
            return self.catalogue.enter(item_id)
        if self.catalogue.event_items >= self.catalogue.event_places:
            yield from self.learning.learning()
        yield from self.making_room(1)
        return (yield from self.entering(item_id))

    def entering(self, item_id: str) -> Numbered:
        """Return the item's number, a new one if needed.

        In several steps if all models need more room for it.
        """
        rows = self.catalogue.rows_with(item_id)
        if rows > self.catalogue.rows:
            yield from self.models.reserving(rows)
            yield from self.act_rates.reserving(rows)
            yield from self.catalogue.reserving(rows)
        yield from self.catalogue.set_times.making_room()
        return self.catalogue.enter(item_id)

    def making_room(self, places: int = 0) -> Steps:
        """Remove items that are not described, so that there is room for ``places`` more.

        In steps: the catalogue is the last to forget an item, so that all that names it is gone.
        """
        surplus = self.catalogue.event_items + places - self.catalogue.event_places
        if surplus <= 0:
            return
        gone = self.catalogue.to_evict(surplus)
        self.models.forget_counts(gone)
        self.act_rates.forget(gone)
        self.retriever.popular.forget(gone)
        yield from self.models.forgetting(gone)
        yield from self.impressions.forgetting(gone)
        yield from self.visitors.histories.forgetting(gone, self.catalogue.rows)
        yield from self.hiding.forgetting(gone)
        yield from self.catalogue.evicting(gone)

    def state(self) -> dict[str, Any]:
        """Return all that was learned, as a tree of plain values, made branch by branch."""
        return {
            "settings": self.written.canonical(),
            "clock_ms": self.clock_ms,
            "learned": self.learned,
            "popular": self.retriever.popular.state,
            **{name: getattr(self, name).state for name in _STATEFUL},
            **(self.sources.branch | self.impressions.decisions.branch | self.rules.branch),
        }

    def stored(self) -> dict[str, Any]:
        """Return what a snapshot holds: the state, and what teaches nothing beside it."""
        return {
            "repeated": self.repeated,
            "settings_changes": self.settings_history.state,
            "audit": self.audit.state,
            "build": list(astuple(self.build)) if self.build else [],
            "learned": self.state(),
        }

    @classmethod
    def loaded(cls, stored: dict[str, Any]) -> Self:
        """Return the parts of which this is `stored`. Raises ValueError if a branch is missing."""
        try:
            return cls._loaded(**stored)
        except KeyError as missing:
            raise ValueError(f"the snapshot holds no {missing}: rebuild from the log") from None

    @classmethod
    def _loaded(cls, learned: dict[str, Any], **beside: Any) -> Self:
        parts = cls(EngineSettings.parse(learned["settings"]))
        parts.clock_ms, parts.learned = learned["clock_ms"], learned["learned"]
        parts.repeated = beside["repeated"]
        parts.settings_history.load(beside.get("settings_changes", []))
        parts.audit.load(beside["audit"])
        parts.build = Build(*found) if (found := beside.get("build")) else None
        for name in _STATEFUL:
            getattr(parts, name).load(learned[name])
        parts.sources.load(learned)
        parts.impressions.decisions.load(learned)
        parts.rules.load(learned, len(parts.experiments.policies.promoted))
        parts.answer_in_force()
        parts.retriever.popular.load(learned["popular"], len(parts.catalogue.ids))
        return parts
