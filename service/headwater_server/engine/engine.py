"""The deterministic core: a fold over the log.

``apply`` is the only way to change the engine; ``recommend`` only reads it. No clock, no I/O,
no global random number: time is the entries', chance comes from seeds and counts.

Read from top to bottom: first an event, from its entry to what it teaches; then a request, whose
way to the slate is in `answers`; last the state as a whole. What else an entry can hold is in
`changes`, what else can be asked in `lookups`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Self

from headwater_server.engine import answers, assigning, changes, interactions, policy_changes
from headwater_server.engine.auditing.access import AccessState
from headwater_server.engine.batches.batches import each_operation
from headwater_server.engine.clock import believed_ms
from headwater_server.engine.intake.firewall import refusal_of
from headwater_server.engine.intake.known_items import unknown_item
from headwater_server.engine.lookups.lookups import Lookups
from headwater_server.engine.messages.entries import Build, Entry, Operation, SettingsChange
from headwater_server.engine.messages.events import CREATED, Event, Outcome, Status
from headwater_server.engine.messages.experiments import PolicyOperation
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.rewards import (
    IMPRESSION,
    LOGOUT,
    PURCHASE,
    canonical_type,
    reward_of,
)
from headwater_server.engine.new_settings.change import with_settings
from headwater_server.engine.parts import Applied, Parts, Steps
from headwater_server.engine.plain_acts import note_plain
from headwater_server.engine.policies.asking import Asking
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot import memory, state, versions
from headwater_server.engine.snapshot.capture import Capture, at_once
from headwater_server.engine.visitors.event_class import class_of

_EXISTS = Outcome(Status.EXISTS, "learned before")
_ERASED = Outcome(Status.EXISTS, "event_id: was erased with its person, and is not learned again")
_READ = Outcome(Status.EXISTS, "source: was read before")
_CONFLICT = Outcome(Status.CONFLICT, "event_id: was used before for another event")


class Engine:
    """The state of one catalogue. Equal settings and entries give equal `digest`.

    >>> from headwater_server.engine.messages.events import EventItem
    >>> engine = Engine()
    >>> click = Event("e1", "click", "ann", items=(EventItem("tent"),))
    >>> engine.apply(Entry(time_ms=1_000, operations=(click,)))[0].status.value
    'created'
    >>> answer = engine.recommend(RecommendRequest("bob", recommendation_id="r1"), now_ms=2_000)
    >>> [result.item_id for result in answer.results]
    ['tent']
    """

    STATE_VERSION = 8

    def __init__(
        self, settings: EngineSettings | None = None, *, parts: Parts | None = None
    ) -> None:
        """Begin with nothing under ``settings``, or go on with the ``parts`` of a snapshot."""
        self.parts = parts or Parts(settings or EngineSettings())
        self._is_within = False
        self._filter_bytes_max = self.parts.scoring.masks.kept.bytes_max

    def bound_filters(self, bytes_max: int) -> None:
        """Keep at most so many bytes of evaluated filters; it changes no answer."""
        self._filter_bytes_max = self.parts.scoring.masks.kept.bytes_max = bytes_max

    def take_state(self, other: Self) -> None:
        """Go on with the state of another engine, which is not used any more."""
        self.parts = other.parts

    @property
    def settings(self) -> EngineSettings:
        """The settings in force, as the log says: the written ones with the promoted policies."""
        return self.parts.settings

    @property
    def written_settings(self) -> EngineSettings:
        """The settings that the log's entries wrote, without what is promoted over them."""
        return self.parts.written

    @property
    def build(self) -> Build | None:
        """The build of the servers that answer, as the log says."""
        return self.parts.build

    @property
    def access(self) -> AccessState:
        """Who may call, as far as the log says it."""
        return self.parts.audit.access

    @property
    def lookups(self) -> Lookups:
        """What can be read beside a slate."""
        return Lookups(self.parts)

    # --- an event: deduplicated, rewarded, learned ------------------------------------------

    def apply(self, entry: Entry) -> list[Outcome]:
        """Fold one entry into the state; return one outcome for each operation, in order."""
        steps = self.applying(entry)
        return [*chain.from_iterable(one for one in steps if one and one is not True)]

    def applying(
        self, entry: Entry, pauses: Callable[[], bool] = bool, following: Iterable[Entry] = ()
    ) -> Iterator[Sequence[Outcome] | bool | None]:
        """Do the same in steps: yield the outcomes of operations, and None within one.

        ``following`` are applied after it, and acts of several entries may be learned together.
        Between two steps the state may be read. After outcomes it is that of exactly so many
        operations; after True the next operation has closed one more attribution window, and
        nothing else; after None the state belongs to no place on the log. Within an operation it
        cannot be copied, and nothing else can be applied before the rest is. Acts that wait to be
        learned together are learned earlier if ``pauses()`` (`bool`: never), which changes nothing
        but where outcomes are yielded. A step that fails leaves the state as it is for good.
        """
        self._check_whole()
        outcomes: list[Outcome] = []  # of events that wait to be learned together, and the last one
        operations = each_operation(chain((entry,), following), lambda: self.parts.settings)
        for place, operation, within, batches in operations:
            self._is_within = True
            if noted := batches.note(self.parts, place):
                outcomes += [CREATED] * noted
                next(islice(operations, noted - 1, noted - 1), None)  # those after the first
            elif self.parts.sources.skips():
                outcomes.append(_READ)
            elif isinstance(operation, Event) and note_plain(self.parts, operation, within):
                outcomes.append(CREATED)
            else:
                if outcomes and self._begins_alone(operation, within):
                    yield from self.parts.learning.learning()
                    self._is_within = False
                    yield outcomes
                    outcomes, self._is_within = [], True
                outcomes.append((yield from self._applying(operation, within)))
            learning = self.parts.learning
            if learning.is_full or (learning.acts.count and pauses()):
                yield from learning.learning()
            if not learning.acts.count:
                self._is_within = False
                yield outcomes
                outcomes = []
        yield from self.parts.learning.learning()
        self._is_within = False
        if outcomes:
            yield outcomes

    def _begins_alone(self, operation: Operation, entry: Entry) -> bool:
        """Whether what waits is learned before: the operation closes windows, or is no event."""
        if not isinstance(operation, Event):
            return True
        now_ms = self.parts.time_ms(entry, operation.event_time_ms)
        return self.parts.attribution.closes_any(now_ms)

    def _check_whole(self) -> None:
        if self._is_within:
            raise RuntimeError("the state is in the middle of an operation")

    def _applying(self, operation: Operation, entry: Entry) -> Applied:
        if isinstance(operation, Event):
            return (yield from self._event(operation, entry))
        yield from self.parts.learning.learning()
        if isinstance(operation, SettingsChange):
            self.parts, outcome = yield from with_settings(self.parts, operation, entry)
            self.bound_filters(self._filter_bytes_max)
            return outcome
        if isinstance(operation, PolicyOperation):
            return (yield from policy_changes.changing(self.parts, operation, entry))
        return (yield from changes.applying(self.parts, operation, entry))

    def _event(self, event: Event, entry: Entry) -> Applied:
        """Deduplicate, then learn. What teaches nothing leaves no trace, not of time either."""
        parts = self.parts
        reason = refusal_of(event, entry, parts.settings)
        if reason:
            return Outcome(Status.QUARANTINED, reason)
        now_ms = parts.time_ms(entry, event.event_time_ms)
        status = parts.deduplication.status(event, now_ms)
        if status is not Status.CREATED:
            return self._repeated(event, status)
        profile = parts.visitors.acting(event.visitor_id, event.user_id)
        reason = unknown_item(event, parts.settings, parts.catalogue.number)
        reason = reason or parts.influence.excess(event, profile, now_ms)
        if reason:
            return Outcome(Status.QUARANTINED, reason)
        yield from parts.advancing(now_ms)
        parts.deduplication.remember(event, profile, now_ms)
        parts.influence.note(event, profile, now_ms)
        yield from self._learning(event, profile)
        parts.learned += 1
        if parts.experiments.active and parts.experiments.is_looked_at(parts.learned):
            yield from policy_changes.looking(parts)
        return CREATED

    def _repeated(self, event: Event, status: Status) -> Outcome:
        if status is Status.CONFLICT:
            return _CONFLICT
        self.parts.repeated += 1
        return _ERASED if self.parts.deduplication.is_erased(event) else _EXISTS

    def _learning(self, event: Event, profile: str) -> Steps:
        """Hand the event to what it teaches; its own time is data, clamped to the clock."""
        time_ms = believed_ms(event.event_time_ms, self.parts.clock_ms)
        name, visitors = canonical_type(event.event_type), self.parts.visitors
        if name == IMPRESSION:
            yield from self.parts.learning.learning()
            yield from self.parts.figures.reserving()
            slots = interactions.report(self.parts, event, profile, time_ms)
            if event.slate and event.slate.arms:
                yield from policy_changes.exposing(self.parts, event)
            policy_changes.note_seen(self.parts, event, slots)
            return
        if name == LOGOUT:
            visitors.log_out(event.visitor_id, event.user_id, time_ms / 1000.0)
            return
        reward, row_class = reward_of(event, self.settings), class_of(event, self.settings)
        if visitors.is_full:
            yield from self.parts.learning.learning()
        if visitors.lacks_room:
            yield from visitors.reserving()
        row = visitors.open(event.visitor_id, event.user_id, time_ms / 1000.0, row_class)
        items = []
        for item in event.items:
            number = yield from self.parts.numbering(item.item_id)
            interactions.hide(self.parts, event, profile, number, time_ms, row_class)
            yield from interactions.teach(self.parts, event, row, number, time_ms, reward)
            interactions.sell(self.parts, event, item, number)
            items.append(number)
            yield None
        interactions.attribute(self.parts, event, profile, items, reward)
        visitors.past.add(row, reward, float(name == PURCHASE), self.parts.clock_ms)
        if self.parts.experiments.active:
            profiles = visitors.profiles_of(event.visitor_id, event.user_id)
            self.parts.experiments.add(event, profiles, name, reward, self.parts.clock_ms)

    # --- a request: history, candidates, scores, slots, slate --------------------------------

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer what this visitor should see at ``now_ms``; the state stays as it was."""
        parts = self.parts
        if parts.experiments.active:
            return assigning.recommend_all(parts, (request,), now_ms)[0]
        return answers.answer(parts, request, now_ms, parts.reranking.in_force)

    def recommend_all(
        self, requests: Sequence[RecommendRequest], now_ms: int
    ) -> list[Recommendation]:
        """Answer each request as `recommend` does; most of them together, which takes less time."""
        parts = self.parts
        if parts.experiments.active:
            return assigning.recommend_all(parts, requests, now_ms)
        return answers.answer_all(parts, answers.in_force(parts, requests), now_ms)

    def asking(self, policy: Policy | None = None) -> Asking:
        """Return a reader of this state under a policy; None: under the settings in force."""
        return Asking(self, policy)

    # --- the state as a whole: never within an operation --------------------------------------

    def digest(self) -> str:
        """Return 32 bytes in hex over all that was learned."""
        self._check_whole()
        return state.digest(state.flatten(self.parts.state()))

    def measuring_memory(self) -> Iterator[float]:
        """Yield an estimate of what each part of the state takes, with what is derived from it."""
        return memory.measuring(self.parts)

    def capturing(self) -> Capture:
        """Return a copy of the state that is still to be taken, in steps: see `Capture`."""
        return Capture(self._whole, self._check_whole)

    def capture(self) -> list[tuple[str, Any]]:
        """Return a copy of the state at this instant, as (path, plain value)."""
        self._check_whole()
        return at_once(self._whole)

    def _whole(self) -> dict[str, Any]:
        return versions.stamped(self.parts.stored(), self.STATE_VERSION)

    @classmethod
    def restore(cls, captured: Iterable[tuple[str, Any]]) -> Self:
        """Return the engine that `capture` copied; the engine owns the arrays from here on.

        Raises
        ------
        ValueError
            If another version of the state, or of River, wrote it: rebuild from the log.
        """
        return cls(parts=Parts.loaded(versions.checked(captured, cls.STATE_VERSION)))
