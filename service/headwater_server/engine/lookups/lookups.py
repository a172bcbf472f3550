"""What can be read from the state beside a slate: items, users, lists, figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice

from headwater_server.engine import assigning
from headwater_server.engine.auditing.trail import AuditTrail
from headwater_server.engine.experiments import verdicts, viewing
from headwater_server.engine.experiments.experiments import Experiments
from headwater_server.engine.experiments.judgement import Judgement
from headwater_server.engine.experiments.lift.reports import Days
from headwater_server.engine.experiments.reports import ExperimentReport, ExperimentView, Policies
from headwater_server.engine.figures.reading import FiguresReading
from headwater_server.engine.learning.attribution import Slots
from headwater_server.engine.lookups.act_rates import PlacementRates
from headwater_server.engine.lookups.heads import Head
from headwater_server.engine.lookups.limits import Limit, limits
from headwater_server.engine.lookups.listing import listing
from headwater_server.engine.lookups.settings_warnings import settings_warnings
from headwater_server.engine.lookups.shortfall_notes import shortfall_notes
from headwater_server.engine.lookups.statistics import (
    Found,
    ItemPage,
    ItemQuestion,
    ItemStatistics,
)
from headwater_server.engine.lookups.visitor_listing import (
    VisitorPage,
    VisitorQuestion,
    visitor_page,
)
from headwater_server.engine.measures.act_rates import SeenSlots, Version
from headwater_server.engine.measures.drift import DriftAlarm
from headwater_server.engine.measures.metrics import Metric
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.messages.experiments import PolicyOperation
from headwater_server.engine.messages.requests import (
    Interaction,
    RecommendRequest,
    ScoredItem,
    UserProfile,
)
from headwater_server.engine.parts import Parts
from headwater_server.engine.rules.beneath_policies import judged_in
from headwater_server.engine.rules.previewing import seen_placements
from headwater_server.engine.rules.reading import RuleReading
from headwater_server.engine.rules.views import overridden
from headwater_server.engine.settings_history import ChangedSetting
from headwater_server.engine.sources import SourceState
from headwater_server.engine.visitors.users import Features


class Lookups:
    """Reads only: the state stays as it was."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def list_similar_items(
        self,
        item_ids: Sequence[str],
        page_size: int,
        filter_text: str,
        now_ms: int,
        *,
        variants: bool = False,
    ) -> tuple[ScoredItem, ...]:
        """Return what goes with, or is like, the given items."""
        args = item_ids, page_size, filter_text, now_ms
        return self._parts.lists.similar(*args, variants=variants)

    def list_trending_items(
        self, category: str, window: str, page_size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return what is on the rise in a window, "hour", "day" (also "") or "week"."""
        return self._parts.lists.trending(category, window, page_size, filter_text, now_ms)

    def item_heads(
        self, question: ItemQuestion, rates: PlacementRates | None = None
    ) -> Iterator[Head]:
        """Yield the first items of each part of the catalogue, in short steps."""
        return ItemStatistics(self._parts.scoring).heads_of(question, rates)

    def item_statistics(
        self,
        question: ItemQuestion,
        heads: Sequence[Head],
        slots: Sequence[Slots],
        rates: Sequence[PlacementRates],
        now_ms: int,
    ) -> ItemPage:
        """Return what was counted of items; ``heads`` and ``slots`` as the two methods yield."""
        return ItemStatistics(self._parts.scoring).page(question, heads, slots, rates, now_ms)

    def act_placements(self) -> tuple[str, ...]:
        """Return the placements with act rates of their own, the first seen first."""
        return self._parts.act_rates.placements

    def act_placement_of(self, placement: str) -> str:
        """Return where the slots of a placement count: under its name, or under "other"."""
        return self._parts.act_rates.placement_of(placement)

    def seen_slots(self, placement: str) -> SeenSlots:
        """Return a copy of the faded counts of slots at one of these placements."""
        return self._parts.act_rates.at(placement, self._parts.clock_ms / 1000.0)

    def seen_slots_of(self, placement: str, item_id: str) -> SeenSlots:
        """Return the same of one item."""
        number = self._parts.catalogue.number(item_id)
        at = -1 if number is None else number
        return self._parts.act_rates.of(placement, at, self._parts.clock_ms / 1000.0)

    def act_version(self, placement: str) -> tuple[Version, float]:
        """Return what differs as soon as these counts do, and the time in s to which they fade."""
        return self._parts.act_rates.version(placement), self._parts.clock_ms / 1000.0

    def lists_counted(self, placement: str) -> int:
        """Return how many lists were counted at one of these placements; it is not state."""
        return self._parts.act_rates.lists_at(placement)

    def open_slots(self) -> Iterator[Slots]:
        """Yield items that were seen and the reward of each so far, in short steps."""
        return self._parts.attribution.open_slots()

    def shortfall_notes(self, request: RecommendRequest) -> list[str]:
        """Return what else makes a list short: fields that no item has, variants of a product."""
        return list(shortfall_notes(request, self._parts.catalogue.columns))

    def prepare_filter(self, text: str) -> None:
        """Find what passes a filter and keep it, which is no state: the next question is quick."""
        if text:
            self._parts.scoring.masks.passing(text)

    def items_holding(self, text: str) -> Iterator[Found]:
        """Yield the items whose id or title holds a text, in short steps."""
        return ItemStatistics(self._parts.scoring).holding(text)

    def listing(self, after_item_id: str, page_size: int, filter_text: str) -> Iterator[list[Item]]:
        """Yield a page of the catalogue by id, those after the given id, part by part."""
        masks = self._parts.scoring.masks
        passing = partial(masks.passing, filter_text) if filter_text else None
        return listing(self._parts.catalogue, after_item_id, page_size, passing)

    def list_items(self, after_item_id: str, page_size: int, filter_text: str) -> list[Item]:
        """Return the same page at once."""
        return list(chain.from_iterable(self.listing(after_item_id, page_size, filter_text)))

    def described_items(self, first: int = 0) -> Iterator[tuple[int, Item]]:
        """Yield what the shop describes, by number, from number ``first`` on."""
        catalogue = self._parts.catalogue
        for number in catalogue.numbers().tolist():
            if number >= first and (item := catalogue.at(number)):
                yield number, item

    def described_users(self, first: int = 0) -> Iterator[tuple[int, str, Features]]:
        """Yield the accounts with features in the order of their last write, from a place on."""
        users = self._parts.users
        for place, user_id in enumerate(islice(users, first, None), first):
            if found := users.features(user_id):
                yield place, user_id, found

    def get_user(self, user_id: str, visitor_id: str) -> UserProfile | None:
        """Return what is known of an account, or of a visitor; None if nothing is."""
        parts = self._parts
        account = user_id or parts.visitors.account_of(visitor_id)
        if not (parts.visitors.is_known(visitor_id, user_id) or user_id in parts.users):
            return None
        history = parts.visitors.timeline(visitor_id, account)
        interactions = tuple(
            Interaction(parts.catalogue.ids[item], round(1000 * seconds), abs(count), count < 0)
            for item, seconds, count in history
        )
        visitors = parts.visitors.visitors_of(account)
        return UserProfile(account, parts.users.features(account), visitors, interactions)

    def visitor_page(self, question: VisitorQuestion) -> Iterator[VisitorPage | None]:
        """Yield None between short steps, and at the end the visitors and accounts of a page."""
        return visitor_page(self._parts.visitors, self._parts.users, question)

    def get_item(self, item_id: str) -> Item | None:
        """Return what the shop said of an item, None if it never did."""
        return self._parts.catalogue.get(item_id)

    def metrics(self) -> list[Metric]:
        """Return the figures of progressive validation."""
        return self._parts.progress.metrics() + self._parts.calibration.metrics()

    def policies(self) -> Policies:
        """Return the policies that are kept, and the promoted stack."""
        return viewing.policies(self._parts.experiments)

    def experiments(self) -> tuple[ExperimentView, ...]:
        """Return all experiments, in the order in which they were created."""
        now_ms = self._parts.clock_ms
        return tuple(viewing.view(one, now_ms) for one in self._experiments.by_id.values())

    def experiment_verdict(self, experiment_id: str) -> str:
        """Return what an experiment's report says in a word, "" if there is none of this id."""
        running = self._experiments.by_id.get(experiment_id)
        return verdicts.of_experiment(running, self._parts.clock_ms) if running else ""

    def experiment_report(self, name: str, days: Days | None = None) -> ExperimentReport | None:
        """Return what an experiment says so far, also of some ``days``; None: there is none."""
        from headwater_server.engine.experiments.reporting import report  # noqa: PLC0415 - has scipy

        running, parts = self._experiments.by_id.get(name), self._parts
        at = parts.clock_ms, days, parts.figures.offset_ms
        return report(running, *at, seen_placements(parts)) if running else None

    def arms_of(
        self, visitor_id: str, user_id: str, placement: str, now_ms: int
    ) -> tuple[Arm, ...]:
        """Return the arms of a visitor, by experiment; ``placement`` "" is any."""
        return assigning.arms_of(self._parts, visitor_id, user_id, placement, now_ms)

    def entering(
        self, visitor_id: str, user_id: str, arms: Sequence[Arm], now_ms: int
    ) -> tuple[Arm, ...]:
        """Return those of a list's arms into which its report would bring the visitor."""
        return assigning.entering(self._parts, visitor_id, user_id, arms, now_ms)

    def judged(self, operation: PolicyOperation, now_ms: int) -> Judgement:
        """Return what an operation on policies or experiments would do now."""
        self._parts.experiments.settle()
        return judged_in(self._parts, operation, max(now_ms, self._parts.clock_ms))

    @property
    def rules(self) -> RuleReading:
        """What can be read of the rules in force, and of what editors changed in them."""
        return RuleReading(self._parts)

    @property
    def _experiments(self) -> Experiments:
        """All experiments, with what was done so far counted."""
        experiments = self._parts.experiments
        experiments.settle()
        return experiments

    def drift_alarms(self) -> tuple[DriftAlarm, ...]:
        """Return the changes that were noticed, oldest first."""
        return self._parts.drift.alarms

    def drift_counts(self) -> dict[tuple[str, bool], int]:
        """Return how many changes there were, by (placement, whether it became worse)."""
        return self._parts.drift.counts

    def settings_changes(self) -> tuple[ChangedSetting, ...]:
        """Return the last changes of the settings, oldest first."""
        return tuple(self._parts.settings_history.changes)

    def audit(self) -> AuditTrail:
        """Return the audit log, to be read."""
        return self._parts.audit

    def catalogue_version(self) -> int:
        """Return a number that changes with the catalogue; it is not state."""
        return self._parts.catalogue.columns.written.version

    def settings_warnings(self) -> Iterator[list[str]]:
        """Yield what in the settings fits nothing in the catalogue, in short steps."""
        parts, state = self._parts, self._parts.rule_state
        refused = parts.settings_history.refused
        yield [f'rules "{name}": {text}' for name, text in overridden(state)]
        yield from settings_warnings(parts.settings, parts.scoring, refused)

    @property
    def figures(self) -> FiguresReading:
        """What came of lists, by day."""
        return FiguresReading(self._parts.figures, self._parts.clock_ms)

    def sources(self) -> dict[tuple[str, str], SourceState]:
        """Return how far each source was read, by (source, partition)."""
        return self._parts.sources.all()

    def limits(self) -> tuple[Limit, ...]:
        """Return how full the tables are that settings limit."""
        return limits(self._parts)

    def counts(self) -> dict[str, int]:
        """Return how much of each there is."""
        parts, own = self._parts, self._parts.models.own_values
        failed = {"feature_failures": own.failures.total()} if own.features else {}
        return {
            "events_learned": parts.learned,
            "events_repeated": parts.repeated,
            "visitors": len(parts.visitors),
            "users": len(parts.users),
            "items": len(parts.catalogue),
            "items_described": parts.catalogue.described,
            "item_writes_refused": parts.catalogue.writes_refused,
            "event_items_removed": parts.catalogue.event_items_removed,
            "deduplication_ids": len(parts.deduplication),
            "deduplication_ids_removed": parts.deduplication.removed_early,
            "open_impressions": len(parts.attribution),
            **failed,
        }
