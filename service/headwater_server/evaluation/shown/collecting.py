"""Reads entries in order and collects the answers that were shown, with their acts."""

from __future__ import annotations

import contextlib
import gc
import json
from collections import Counter
from dataclasses import dataclass, field

from headwater_server.engine.messages.entries import Build, Entry, Operation, SettingsChange
from headwater_server.engine.messages.events import Event, Slate
from headwater_server.engine.messages.experiments import PolicyWrite
from headwater_server.engine.messages.rewards import IMPRESSION, LOGOUT, canonical_type, reward_of
from headwater_server.engine.new_settings.change import check_settings
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shown import metrics
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.open_answers import OpenAnswers
from headwater_server.evaluation.shown.packed import PackedAnswers
from headwater_server.evaluation.shown.shared import Shared
from headwater_server.evaluation.shown.span import Span
from headwater_server.replica.ports.position import START, Position

OLD = "answered by a release that did not note the place"
LARGE = "the token did not hold the question, or a large event was being learned"
EARLY = "answered before the first state that can be made again"


@dataclass
class Counts:
    """What was read, beside the answers themselves."""

    entries: int = 0
    events: int = 0
    shown: int = 0
    acts: int = 0
    unreported: int = 0
    purchases_without_price: int = 0
    unreplayable: Counter[str] = field(default_factory=Counter)


class Collecting:
    """Collects from entries that are given in the order of the log, from ``start`` on."""

    def __init__(
        self,
        span: Span,
        window_minutes: float,
        placement: str | None,
        start: Position,
        settings: EngineSettings,
    ) -> None:
        self.answers: list[Answer] = []
        self.packed = PackedAnswers()  # all answers in order of their places, after `end`
        self.counts = Counts()
        self.builds: list[tuple[int, str]] = []
        self.policies: dict[str, Policy] = {}
        self.placements: Counter[str] = Counter()
        self.first = self.until = start
        self.begins_ms: int | None = None  # of the first entry that was read
        self._settings = settings
        self._sequence = start.sequence
        self._span, self._placement, self._start = span, placement, start
        self._sequences: tuple[int, int] | None = None
        if start != START and not span.is_before(start.offset) and not span.is_after(start.offset):
            self._sequences = start.sequence, start.sequence
        self._open = OpenAnswers(window_minutes * 60_000.0)
        self._early: dict[str, list[tuple[Event, int, float]]] = {}
        self._seen_ids: set[int] = set()
        self._shared = Shared()

    @property
    def is_cut(self) -> bool:
        """Return whether a part of the log was asked for."""
        return self._span != Span()

    def begin_at(self, time_ms: int) -> None:
        """Note the time of an entry, also of one after the span; the first one counts."""
        if self.begins_ms is None:
            self.begins_ms = time_ms

    @property
    def settings(self) -> EngineSettings:
        """Return the settings after what was read."""
        return self._settings

    def take(self, position: Position, entry: Entry) -> None:
        """Read one entry."""
        self.counts.entries += 1
        if not self._span.is_before(position.offset) and not self._span.is_after(position.offset):
            if self._sequences is None:
                self.first, self._sequences = position, (position.sequence, position.sequence)
            self.until, self._sequences = position, (self._sequences[0], position.sequence)
        self._sequence = position.sequence
        for operation in entry.operations:
            self._take(operation, entry)

    def build_at(self, sequence: int) -> str:
        """Return the build that answered from the state after so many entries, "" if unknown."""
        before = (text for begins, text in reversed(self.builds) if begins <= sequence + 1)
        return next(before, "")

    def end(self) -> None:
        """Finish: pack the answers. Acts whose list was never reported stay uncounted."""
        self.counts.unreported += len(self._early)
        self.answers.sort(key=lambda answer: answer.place)
        self.packed = PackedAnswers(self.answers)
        for done in (self.answers, self._early, self._seen_ids, self._open, self._shared):
            done.clear()
        gc.collect()  # Python's spare tuples go, too: a few of them keep a block of memory each

    def _take(self, operation: Operation, entry: Entry) -> None:
        if isinstance(operation, Event):
            self._event(operation, entry)
        elif isinstance(operation, SettingsChange):
            with contextlib.suppress(ValueError):  # the engine refuses them, too
                settings = operation.over(self._settings)
                check_settings(settings)
                self._settings = settings
        elif isinstance(operation, PolicyWrite):
            with contextlib.suppress(ValueError):
                overrides = json.loads(operation.overrides)
                self.policies[operation.policy_id] = Policy(operation.policy_id, overrides)
        elif isinstance(operation, Build):
            self.builds.append((self._sequence, build_text(operation)))

    def _event(self, event: Event, entry: Entry) -> None:
        self.counts.events += 1
        now_ms = entry.time_ms
        if entry.imported and event.event_time_ms is not None:
            now_ms = event.event_time_ms
        name = canonical_type(event.event_type)
        if name == IMPRESSION:
            self._impression(event, now_ms)
        elif name != LOGOUT:
            self._act(event, name, now_ms)

    def _impression(self, event: Event, now_ms: int) -> None:
        slate = event.slate
        if slate is None or not self._is_new(event):
            return
        known = self._open.of(slate.recommendation_id)
        if known is not None and known.visitor_id == event.visitor_id:
            known.seen = self._shared.slots(known.seen | _seen(event))
            return
        shared = self._shared
        answer = Answer(
            shared.slate(slate),
            shared.text(event.visitor_id),
            shared.text(event.user_id),
            event.self_asked,
            shared.text(event.placement or slate.placement),
            now_ms,
            shared.slots(_seen(event)),
            choice=event.choice,
            chosen=_chosen(event),
        )
        self._open.open(answer)
        for act, act_ms, reward in self._early.pop(slate.recommendation_id, ()):
            if now_ms - act_ms <= self._open.window_ms:
                self._note(answer, act, reward)
        self._keep(answer)

    def _keep(self, answer: Answer) -> None:
        """Count an answer if it is asked about, and take it if it can be asked again."""
        slate = answer.slate
        if reason := _unreplayable(slate):
            if self._is_here(answer):
                self.counts.unreplayable[reason] += 1
            return
        if not self._is_within(slate.sequence):
            return
        self.placements[answer.placement] += 1
        if not self._is_here(answer):
            return
        if slate.sequence < self._start.sequence:
            self.counts.unreplayable[EARLY] += 1
            return
        self.answers.append(answer)

    def _is_here(self, answer: Answer) -> bool:
        return self._placement is None or answer.placement == self._placement

    def _is_within(self, sequence: int) -> bool:
        """Whether the state after so many entries is in the span."""
        if self._span == Span():
            return True
        return self._sequences is not None and (
            self._sequences[0] <= sequence <= self._sequences[1]
        )

    def _act(self, event: Event, name: str, now_ms: int) -> None:
        if name not in self._settings.rewards:
            return
        token = event.slate.recommendation_id if event.slate else ""
        answers = self._open.seen_by(event.visitor_id, event.user_id, now_ms)
        named = self._open.of(token) if token else None
        if named is not None and self._open.is_open(named, now_ms):
            answers = [named, *(one for one in answers if one is not named)]
        is_early = named is None and self._is_early(token)
        if not (answers or is_early) or not self._is_new(event):
            return
        reward = reward_of(event, self._settings)
        if is_early:
            self._drop_early(now_ms)
            self._early.setdefault(token, []).append((event, now_ms, reward))
        for answer in answers:
            self._note(answer, event, reward)

    def _is_early(self, token: str) -> bool:
        """Whether an act with the token of a list that is not reported yet waits for the report."""
        return bool(token)

    def _drop_early(self, now_ms: int) -> None:
        """Forget acts for which no report can count any more: a log may have many of them."""
        while self._early:
            token, acts = next(iter(self._early.items()))
            if now_ms - acts[-1][1] <= self._open.window_ms:
                return
            del self._early[token]
            self.counts.unreported += 1

    def _note(self, answer: Answer, event: Event, reward: float) -> None:
        token = event.slate.recommendation_id if event.slate else ""
        with_token = token == answer.slate.recommendation_id
        found = False
        for item in event.items:
            for slot in answer.slots_of(item.item_id, with_token=with_token):
                found = True
                if not metrics.note(answer, slot, event, item, reward):
                    self.counts.purchases_without_price += 1
        answer.acts += found

    def _is_new(self, event: Event) -> bool:
        """Whether the event is the first one with its id; ids of pages are a space of their own."""
        return self._is_new_id(hash((event.event_id, event.from_page)))

    def _is_new_id(self, mark: int) -> bool:
        if mark in self._seen_ids:
            return False
        self._seen_ids.add(mark)
        return True


def build_text(build: Build) -> str:
    """Return a build as reports name it.

    >>> build_text(Build("1.2", 4, "0.26"))
    '1.2, state 4, River 0.26'
    """
    return f"{build.version}, state {build.state_version}, River {build.river or 'unknown'}"


def _seen(event: Event) -> set[int]:
    """Return the slots that an impression reports; without items, all of them."""
    slate = event.slate
    if slate is None:
        return set()
    named = {item.item_id for item in event.items}
    if event.choice is not None:
        return {0} if _chosen(event) else set()
    return {slot for slot, item_id in enumerate(slate.item_ids) if not named or item_id in named}


def _chosen(event: Event) -> str:
    """Return the item that a caller with a choice of its own has shown, "" without one."""
    if event.choice is None or event.slate is None:
        return ""
    named = (item.item_id for item in event.items)
    return next((item_id for item_id in named if item_id in event.slate.item_ids), "")


def _unreplayable(slate: Slate) -> str:
    if slate.time_ms == 0:
        return OLD
    return LARGE if slate.unreplayable or slate.question is None else ""
