"""The interface of the engine, as the shell around it needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, Self

from headwater_server.engine.auditing.access import AccessState
from headwater_server.engine.auditing.trail import AuditTrail
from headwater_server.engine.experiments.judgement import Judgement
from headwater_server.engine.experiments.lift.reports import Days
from headwater_server.engine.experiments.reports import (
    ExperimentReport,
    ExperimentView,
    Policies,
)
from headwater_server.engine.figures.reading import FiguresReading
from headwater_server.engine.learning.attribution import Slots
from headwater_server.engine.lookups.act_rates import PlacementRates
from headwater_server.engine.lookups.heads import Head
from headwater_server.engine.lookups.limits import Limit
from headwater_server.engine.lookups.statistics import Found, ItemPage, ItemQuestion
from headwater_server.engine.lookups.visitor_listing import VisitorPage, VisitorQuestion
from headwater_server.engine.measures.act_rates import SeenSlots, Version
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.entries import Build, Entry, Item
from headwater_server.engine.messages.events import Outcome
from headwater_server.engine.messages.experiments import PolicyOperation
from headwater_server.engine.messages.requests import (
    Recommendation,
    RecommendRequest,
    ScoredItem,
    UserProfile,
)
from headwater_server.engine.rules.reading import RuleReading
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.settings_history import ChangedSetting
from headwater_server.engine.snapshot.capture import Capture
from headwater_server.engine.sources import SourceState
from headwater_server.engine.visitors.users import Features


class StateLookups(Protocol):
    """What can be read from a state besides a slate. `Lookups` is the real implementation."""

    def list_similar_items(
        self,
        item_ids: Sequence[str],
        page_size: int,
        filter_text: str,
        now_ms: int,
        *,
        variants: bool = False,
    ) -> tuple[ScoredItem, ...]:
        """Return items that are similar to, or used together with, the given items."""

    def list_trending_items(
        self, category: str, window: str, page_size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return trending items; `ValueError` for an unknown window."""

    def shortfall_notes(self, request: RecommendRequest) -> list[str]:
        """Return what else makes a list short: fields that no item has, variants of a product."""

    def get_item(self, item_id: str) -> Item | None:
        """Return an item of the catalogue."""

    def item_heads(
        self, question: ItemQuestion, rates: PlacementRates | None = None
    ) -> Iterator[Head]:
        """Yield the first items of each part of the catalogue, in steps with pauses.

        ``rates`` are those of the question's placement, if it asks for their order.
        """

    def item_statistics(
        self,
        question: ItemQuestion,
        heads: Sequence[Head],
        slots: Sequence[Slots],
        rates: Sequence[PlacementRates],
        now_ms: int,
    ) -> ItemPage:
        """Return statistics of items, and how many items match the question.

        ``heads`` contains all that `item_heads` yields, ``slots`` all that `open_slots` yields.
        """

    def act_placements(self) -> Sequence[str]:
        """Return the placements whose seen slots are counted."""

    def act_placement_of(self, placement: str) -> str:
        """Return under which of them the slots of a placement are counted."""

    def seen_slots(self, placement: str) -> SeenSlots:
        """Return how often each item was seen and acted on at one of these placements."""

    def seen_slots_of(self, placement: str, item_id: str) -> SeenSlots:
        """Return the same of one item."""

    def act_version(self, placement: str) -> tuple[Version, float]:
        """Return what differs as soon as these counts do, and the time in s to which they fade."""

    def lists_counted(self, placement: str) -> int:
        """Return how many lists were counted at one of these placements."""

    def open_slots(self) -> Iterator[Slots]:
        """Yield recent counts in steps; the caller may pause between steps."""

    def prepare_filter(self, text: str) -> None:
        """Find the items that pass a filter, so that the next question with it is quick."""

    def items_holding(self, text: str) -> Iterator[Found]:
        """Yield the items whose id or title contains a text, in steps with pauses."""

    def listing(self, after_item_id: str, page_size: int, filter_text: str) -> Iterator[list[Item]]:
        """Yield a page of the catalogue by id, after the given id, in steps with pauses."""

    def described_items(self, first: int = 0) -> Iterator[tuple[int, Item]]:
        """Yield the items of the catalogue with their numbers, from number ``first`` on."""

    def described_users(self, first: int = 0) -> Iterator[tuple[int, str, Features]]:
        """Yield the accounts with features and their places, from place ``first`` on."""

    def visitor_page(self, question: VisitorQuestion) -> Iterator[VisitorPage | None]:
        """Yield None between steps with pauses, and at the end a page of visitors and accounts."""

    def get_user(self, user_id: str, visitor_id: str) -> UserProfile | None:
        """Return the profile of an account or of a visitor."""

    def counts(self) -> dict[str, int]:
        """Return the counts of all kinds of objects."""

    @property
    def figures(self) -> FiguresReading:
        """What came of lists, by day."""

    def sources(self) -> Mapping[tuple[str, str], SourceState]:
        """Return how far each source was read, by (source, partition)."""

    def limits(self) -> Sequence[Limit]:
        """Return how full the tables are that settings limit."""

    def drift_alarms(self) -> Sequence[DriftAlarm]:
        """Return the drift alarms, oldest first."""

    def drift_counts(self) -> Mapping[tuple[str, bool], int]:
        """Return the number of drift alarms, by (placement, whether it became worse)."""

    def settings_changes(self) -> Sequence[ChangedSetting]:
        """Return the last changes of the settings, oldest first."""

    def audit(self) -> AuditTrail:
        """Return the audit log, to be read."""

    @property
    def rules(self) -> RuleReading:
        """The rules in force, what editors changed in them, and previews."""

    def catalogue_version(self) -> int:
        """Return a number that changes with the catalogue; no snapshot contains it."""

    def settings_warnings(self) -> Iterator[list[str]]:
        """Yield what in the settings fits nothing in the catalogue, in steps with pauses."""

    def policies(self) -> Policies:
        """Return the policies that are kept, and the promoted stack."""

    def experiments(self) -> Sequence[ExperimentView]:
        """Return all experiments, in the order in which they were created."""

    def experiment_verdict(self, experiment_id: str) -> str:
        """Return what the report of an experiment says in a word."""

    def experiment_report(self, name: str, days: Days | None = None) -> ExperimentReport | None:
        """Return the figures of an experiment; None if there is none of this id.

        ``days``: of a hold-out, those whose lift is asked for, too.
        """

    def arms_of(self, visitor_id: str, user_id: str, placement: str, now_ms: int) -> Sequence[Arm]:
        """Return the arms of a visitor; ``placement`` "" is any."""

    def entering(
        self, visitor_id: str, user_id: str, arms: Sequence[Arm], now_ms: int
    ) -> Sequence[Arm]:
        """Return those of a list's arms into which its report would bring the visitor."""

    def judged(self, operation: PolicyOperation, now_ms: int) -> Judgement:
        """Return what an operation on policies or experiments would do."""

    def metrics(self) -> Sequence[Metric]:
        """Return the quality figures, measured before each event was learned."""


class StateMachine(Protocol):
    """A deterministic fold: equal entries give equal states. `Engine` is the implementation."""

    STATE_VERSION: int

    @property
    def settings(self) -> EngineSettings:
        """The settings that define the meaning of the state."""

    @property
    def written_settings(self) -> EngineSettings:
        """The settings without the policies that are promoted over them."""

    @property
    def build(self) -> Build | None:
        """The build of the servers that answer, as the log says; None before the first."""

    @property
    def access(self) -> AccessState:
        """Who may call, as far as the log says it: API keys, and ended sessions."""

    @property
    def lookups(self) -> StateLookups:
        """What can be read besides a slate."""

    def apply(self, entry: Entry) -> list[Outcome]:
        """Change the state; one outcome per operation."""

    def applying(
        self, entry: Entry, pauses: Callable[[], bool], following: Iterable[Entry] = ()
    ) -> Iterator[Sequence[Outcome] | bool | None]:
        """Do the same in steps of about a millisecond: outcomes, or None within an operation.

        ``following`` are applied after it, and outcomes may be of several entries.

        Between steps the state may be read. After outcomes it is that of so many operations, after
        True that of one more attribution window closed by the next; what waits to be learned with
        later ones is learned earlier if ``pauses()``.
        """

    def bound_filters(self, bytes_max: int) -> None:
        """Keep at most so many bytes of evaluated filters, which change no answer."""

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer from the state without changing it."""

    def recommend_all(
        self, requests: Sequence[RecommendRequest], now_ms: int
    ) -> Sequence[Recommendation]:
        """Answer each as `recommend` does."""

    def digest(self) -> str:
        """Return a digest that two states share only if they are equal."""

    def capture(self) -> list[tuple[str, Any]]:
        """Return a copy of the present state; another thread may encode it.

        The parts that `digest` covers have paths under "learned/".
        """

    def capturing(self) -> Capture:
        """Return an object that takes such a copy in short steps."""

    @classmethod
    def restore(cls, captured: Iterable[tuple[str, Any]]) -> Self:
        """Return the captured state; `ValueError` if another build captured it."""

    def take_state(self, other: Self) -> None:
        """Go on with the state of ``other``, which is not used any more."""

    def measuring_memory(self) -> Iterator[float]:
        """Yield the memory that each part of the state uses, in steps with pauses."""
