"""The deterministic core: a fold over the log.

``apply`` is the only way to change the engine; ``recommend`` only reads it. No clock, no I/O,
no global random number: time is the entries', chance comes from seeds and counts.
Read `apply` and what it calls for the way of an event, `recommend` for that of a question.
What else can be asked stands in `lookups`.
"""

from __future__ import annotations

from dataclasses import replace

from headwater_server.engine.catalogue.content_tokens import content_tokens
from headwater_server.engine.exploration import slates, slot_probabilities
from headwater_server.engine.intake.firewall import quarantine_reason
from headwater_server.engine.lookups.lookups import Lookups
from headwater_server.engine.messages.entries import (
    Entry,
    ItemDelete,
    ItemWrite,
    Mark,
    Operation,
    SettingsChange,
    UserErase,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, Outcome, Status
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.rewards import IMPRESSION, REFUSALS, canonical_type, reward_of
from headwater_server.engine.models import make_ranker
from headwater_server.engine.reranking.candidates import Candidates, Question
from headwater_server.engine.reranking.rules import parse_rules
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.request_context import circumstances, placement_of
from headwater_server.engine.visitors.visitors import History

_CREATED = Outcome(Status.CREATED)
_EXISTS = Outcome(Status.EXISTS, "learned before")
_CONFLICT = Outcome(Status.CONFLICT, "event_id: was used before for another event")
_OLDER = Outcome(Status.EXISTS, "set_time: the catalogue holds a newer write")


class Engine(Lookups):
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

    # --- the way of an event -------------------------------------------------------------

    def apply(self, entry: Entry) -> list[Outcome]:
        """Fold one entry into the state; return one outcome for each operation, in order."""
        return [self._operate(operation, entry) for operation in entry.operations]

    def _operate(self, operation: Operation, entry: Entry) -> Outcome:
        match operation:
            case Event():
                return self._event(operation, entry)
            case ItemWrite():
                return self._item(operation, entry)
            case ItemDelete():
                return self._delete(operation, entry)
            case UserWrite():
                return self._user(operation, entry)
            case UserErase():
                return self._erase(operation)
            case SettingsChange():
                return self._change(operation.settings)
            case Mark():
                return _CREATED

    def _event(self, event: Event, entry: Entry) -> Outcome:
        """Deduplicate, then learn. What teaches nothing leaves no trace, not of time either."""
        reason = quarantine_reason(event, self.settings)
        if reason:
            return Outcome(Status.QUARANTINED, reason)
        now_ms = self._time(entry, event.event_time_ms)
        status = self.deduplication.status(event, now_ms)
        if status is not Status.CREATED:
            self._repeated += status is Status.EXISTS
            return _EXISTS if status is Status.EXISTS else _CONFLICT
        profile = self.visitors.acting(event.visitor_id, event.user_id)
        excess = self.influence.excess(event, profile, now_ms)
        if excess:
            return Outcome(Status.QUARANTINED, excess)
        self._advance(now_ms)
        self.deduplication.remember(event, profile, now_ms)
        self.influence.note(event, profile, now_ms)
        self._learn(event)
        self._learned += 1
        return _CREATED

    def _time(self, entry: Entry, event_time_ms: int | None = None) -> int:
        """Return what the clock, which never runs back, says once this is applied."""
        time_ms = (event_time_ms or 0) if entry.imported else entry.time_ms
        return max(self.clock_ms, time_ms)

    def _advance(self, now_ms: int) -> None:
        """Move the clock, and close the windows that are over."""
        self.clock_ms = now_ms
        self.impressions.close(now_ms, self._learned)

    def _history(self, who: Event | RecommendRequest, placement: str, time_ms: int) -> History:
        """Return what counts for who acts or asks: history and circumstances."""
        history = self.visitors.history(
            who.visitor_id, who.user_id, who.session_id, time_ms / 1000.0
        )
        account = who.user_id or self.visitors.account_of(who.visitor_id)
        told = circumstances(placement, who.context, self.users.features(account))
        return replace(history, circumstances=told) if told else history

    def _learn(self, event: Event) -> None:
        """Hand the event to what it teaches; its own time is data, clamped to the clock."""
        time_ms = self.clock_ms if event.event_time_ms is None else event.event_time_ms
        time_ms = min(time_ms, self.clock_ms)
        if canonical_type(event.event_type) == IMPRESSION:
            history = self._history(event, placement_of(event), time_ms)
            profile = self.visitors.acting(event.visitor_id, event.user_id)
            for seen in self.impressions.report(event, profile, history, self.clock_ms):
                self._hide(event, profile, seen)
            return
        row = self.visitors.open(event.visitor_id, event.user_id)
        for item in event.items:
            self._touch(event, row, item.item_id, time_ms)

    def _touch(self, event: Event, row: int, item_id: str, time_ms: int) -> None:
        """One item of an act: reward its impressions, learn it, and make it the latest."""
        item, seconds = self._number(item_id), time_ms / 1000.0
        reward = reward_of(event, self.settings)
        profile = self.visitors.acting(event.visitor_id, event.user_id)
        self._hide(event, profile, item)
        history = self._history(event, placement_of(event), time_ms)
        begins = self.visitors.enter(row, seconds, event.session_id)
        if reward > 0:
            self.attribution.act(profile, item, reward)
            if item == history.latest:
                return  # looking twice at the same page says nothing of what comes next
            loss = self.learning.learn_interaction(
                history, item, time_ms, begins=begins, seed=self.settings.seed
            )
            self._watch(row, loss)
            self.visitors.histories.add(row, item, seconds)
        elif reward < 0:
            self.learning.learn_refusal(history, item)
            if canonical_type(event.event_type) in REFUSALS:
                self.visitors.histories.add(row, item, seconds, refused=True)

    def _watch(self, row: int, loss: float) -> None:
        """Look for a change; where the models foresee less, what they counted before fades."""
        alarm = self.drift.observe_interaction(
            row, loss, events_learned=self._learned, now_ms=self.clock_ms
        )
        if alarm and alarm.worse:
            self.models.fade(self.settings.drift_fading)

    def _hide(self, event: Event, profile: str, item: int) -> None:
        """Leave the item out of the visitor's lists for as long as the rules say."""
        until_ms = self.reranking.hidden_until_ms(event.event_type, item, self.clock_ms)
        if until_ms is not None:
            self.hiding.hide(profile, item, until_ms)

    def _number(self, item_id: str) -> int:
        """Return the item's number; a new one may take the place of those inactive longest."""
        if self.catalogue.number(item_id) is None and self.catalogue.is_full():
            gone = self.catalogue.evict()
            self.models.forget(gone)
            self.retriever.popular.forget(gone)
            self.attribution.forget_items(gone)
            self.visitors.histories.forget_items(gone, self.catalogue.rows)
            self.hiding.forget_items(gone)
        number = self.catalogue.enter(item_id)
        self.models.reserve(self.catalogue.rows)
        return number

    def _item(self, write: ItemWrite, entry: Entry) -> Outcome:
        self._advance(self._time(entry))
        number = self._number(write.item.item_id)
        if not self.catalogue.write(number, write, self.clock_ms):
            return _OLDER
        item = self.catalogue.get(write.item.item_id)
        self.models.content.describe(number, content_tokens(item) if item else ())
        return _CREATED

    def _delete(self, delete: ItemDelete, entry: Entry) -> Outcome:
        self._advance(self._time(entry))
        number = self._number(delete.item_id)
        set_ms = self.clock_ms if delete.set_time_ms is None else delete.set_time_ms
        if not self.catalogue.delete(number, set_ms):
            return _OLDER
        self.models.content.describe(number, ())
        return _CREATED

    def _user(self, write: UserWrite, entry: Entry) -> Outcome:
        self._advance(self._time(entry))
        return _CREATED if self.users.write(write, self.clock_ms) else _OLDER

    def _erase(self, erase: UserErase) -> Outcome:
        """Forget whom it names. It moves no clock: of a stranger it changes nothing at all."""
        profiles = [self.visitors.acting("", erase.user_id)] if erase.user_id else []
        profiles += [self.visitors.acting(visitor, "") for visitor in erase.visitor_ids]
        for profile in profiles:
            for part in (
                self.visitors, self.hiding, self.attribution, self.deduplication, self.influence,
            ):  # fmt: skip
                part.forget(profile)
        self.users.forget(erase.user_id)
        return _CREATED

    def _change(self, settings: EngineSettings) -> Outcome:
        """Take settings over from here on; before anything was learned, as if from the start."""
        try:
            ranker = make_ranker(settings)
            parse_rules(settings.rules)
        except ValueError as error:
            return Outcome(Status.QUARANTINED, str(error))
        if not len(self.catalogue) and not len(self.deduplication):
            self._begin(settings)
            return _CREATED
        if settings.ranker != self.settings.ranker:
            ranker.reserve(self.catalogue.rows)
            self.models.ranker = ranker
        self._adopt(settings)
        return _CREATED

    # --- the way of a question -----------------------------------------------------------

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer what this visitor should see at ``now_ms``; the state stays as it was."""
        scoring = self.scoring
        history = scoring.with_context(self._history(request, request.placement, now_ms), request)
        profiles = self.visitors.profiles_of(request.visitor_id, request.user_id)
        hidden = self.hiding.hidden(profiles, now_ms)
        given, items = scoring.candidates(request, history, hidden, now_ms)
        found = Candidates(given, items, scoring.scores(history, items))
        slots = self.reranking.slots(Question(request, history, hidden, now_ms), found)
        (given, items, scores), rows = slots.candidates, slots.rows
        head = self.models.probability
        told = slot_probabilities.of_slate(
            head, scores[rows], items[rows], history, explain=request.explain
        )
        results = slates.results(
            scoring.ids(given, items, rows),
            slots.scores,
            slots.propensities,
            told,
            self.retriever.evidence.sources[items[rows]],
            slots.moved,
            explain=request.explain,
        )
        if request.explain:
            results = self.explanations.explain(results, history, items, rows, scores)
        if slots.first:
            results = slates.with_first_slot(results, slots.first)
        policy = slates.policy_of(request, self.settings, head)
        return slates.recommendation(request, results, policy, slots.limits)
