"""What draft rules would change: lists under them beside today's. Reads only, and stores nothing.

Both lists are asked at one time with one recommendation id, so that they differ by the rules alone.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headwater_server.engine import answers
from headwater_server.engine.experiments.judgement import Judgement
from headwater_server.engine.lookups.rule_warnings import of_rule, same_slot
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.rules import RuleOperation, RuleWrite
from headwater_server.engine.parts import Parts
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.policies.requests_under import request_under
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.engine.reranking.rules import Hide, Rule, parse_rules
from headwater_server.engine.rules.changing import write
from headwater_server.engine.rules.judging import RuleState, judged_rule
from headwater_server.engine.rules.moves import Move, moves
from headwater_server.engine.settings import EngineSettings

LATER = "hides what its visitors do from now on: no list changes before that"


@dataclass(frozen=True, slots=True)
class DraftView:
    """What a draft fits: how many items pass its filter (None: it has none), and what nothing."""

    name: str
    items_passing: int | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListPreview:
    """A visitor's list under today's rules and under the drafts, and what moved.

    ``note``: why the drafts have no effect here, "" if they may have one.
    """

    request: RecommendRequest
    before: Recommendation
    after: Recommendation
    moves: tuple[Move, ...]
    arms: tuple[Arm, ...] = ()
    note: str = ""


class Preview:
    """Drafts over the rules in force. Nothing that it does changes the parts."""

    def __init__(self, parts: Parts, now_ms: int) -> None:
        """``now_ms``: the time at which lists are asked, and drafts are written."""
        state = parts.rule_state
        book = copy.copy(state.book)
        book.edits, book.changes = dict(book.edits), []
        self._parts = parts
        self._now_ms = now_ms
        self._state = RuleState(book, state.written, state.promoted)

    def add(self, draft: RuleOperation) -> Judgement:
        """Write or delete a rule in the preview, if it may be; return what it would do."""
        judgement = judged_rule(self._state, draft, self._now_ms)
        if judgement.status is Status.CREATED:
            write(self._state, draft, self._now_ms)
        return judgement

    @property
    def settings(self) -> EngineSettings:
        """The settings as they would be in force."""
        return self._state.settings()

    def drafts(self, drafts: Sequence[RuleOperation]) -> Iterator[DraftView]:
        """Yield what each written draft fits."""
        settings = self.settings
        rules = parse_rules(settings.rules)
        for draft in drafts:
            place = next((n for n, one in enumerate(rules) if one.name == draft.name), -1)
            if isinstance(draft, RuleWrite) and place >= 0:
                yield self._view(rules[place], rules[:place], settings)

    def _view(self, rule: Rule, others: Sequence[Rule], settings: EngineSettings) -> DraftView:
        scoring, found = self._parts.scoring, None
        if rule.filter:
            found = scoring.masks.passing(rule.filter).count
        warnings = rule_warnings(self._parts, rule, others, settings)
        if isinstance(rule, Hide):
            warnings = (*warnings, LATER)
        return DraftView(rule.name, found, warnings)

    def lists(self, requests: Sequence[RecommendRequest]) -> Iterator[ListPreview]:
        """Yield both lists of each request; the state may change between two of them."""
        drafted = AnswerSettings.of(self.settings)
        for request in requests:
            yield self._list(request, drafted)

    def _list(self, request: RecommendRequest, drafted: AnswerSettings) -> ListPreview:
        parts, now_ms = self._parts, self._now_ms
        profiles = parts.visitors.profiles_of(request.visitor_id, request.user_id)
        assigned = tuple(parts.experiments.assigned(*profiles, request.placement, now_ms))
        policies = [one.policy for one in assigned if one.policy]
        unders = [_under(policies, under) for under in (parts.reranking.in_force, drafted)]
        before, after = (
            answers.answer(parts, request_under(request, under), now_ms, under) for under in unders
        )
        arms = tuple(one.shown for one in assigned)
        moved = tuple(moves(parts, (before, after), unders, request, now_ms))
        note = _note(arms) if unders[0].rules == unders[1].rules != drafted.rules else ""
        return ListPreview(request, before, after, moved, arms, note)


def _under(policies: Sequence[Policy], under: AnswerSettings) -> AnswerSettings:
    for policy in policies:
        under = policy.under(under)
    return under


def _note(arms: Sequence[Arm]) -> str:
    of = ", ".join(f"{arm.arm_id} of {arm.experiment_id}" for arm in arms)
    return f"the visitor is in the arm {of}, whose policy has rules of its own" if arms else ""


def rule_warnings(
    parts: Parts, rule: Rule, others: Sequence[Rule], settings: EngineSettings
) -> tuple[str, ...]:
    """Return what of a rule fits nothing, or is decided by another one; each names the field."""
    names = parts.scoring.catalogue.columns.names()
    found = of_rule(rule, settings, parts.scoring, names, seen_placements(parts))
    return (*found, *same_slot(rule, others))


def seen_placements(parts: Parts) -> set[str]:
    """Return where lists were seen: act rates know the past, figures the last minutes."""
    return {*parts.act_rates.placements, *parts.figures.today.placements} - {""}
