"""What an operation on rules would do: pure, so it can be asked before the write.

Applying asks the same again: two editors may write at once, and the second one is refused there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from headwater_server.engine.experiments.checks import text_refusal
from headwater_server.engine.experiments.judgement import DONE, Judgement, before, forbidden, wrong
from headwater_server.engine.experiments.reports import PromotedPolicy
from headwater_server.engine.messages.rules import RuleDelete, RuleOperation, RuleWrite
from headwater_server.engine.reranking.rules import NAME_CHARS_MAX, BadRuleError, parse_rules
from headwater_server.engine.rules.book import Edit, RuleBook, canonical
from headwater_server.engine.rules.standing import (
    base_rules,
    replaced_at,
    settings_in_force,
)
from headwater_server.engine.settings import EngineSettings

RULE_CHARS_MAX = 16_384
"""Of one rule as JSON: what a change keeps of it twice."""
EDITS_MAX = 400
"""Rules that editors have written, and rules of the settings that they have deleted."""
LOCKED = "revision: "
"""How the reason begins if another editor has written in between."""


@dataclass(frozen=True)  # without slots, for what is computed once
class RuleState:
    """What rules are judged by: the book, the settings as written, the promoted policies."""

    book: RuleBook
    written: EngineSettings
    promoted: Sequence[PromotedPolicy]

    def settings(self, edits: Iterable[Edit] | None = None) -> EngineSettings:
        """Return the settings in force, or as they would be with other edits. `ValueError`."""
        those = self.book.edits.values() if edits is None else edits
        return settings_in_force(self.written, self.promoted, those, self.book.replaced)

    @property
    def base(self) -> Mapping[str, Mapping[str, Any]]:
        """The rules that count where no editor has written, by name."""
        return base_rules(self.written, self.promoted)

    def counts(self, edit: Edit | None) -> bool:
        """Whether an edit counts: it exists, and no policy with rules was promoted since."""
        return edit is not None and edit.revision > self._replaced_until

    @cached_property
    def _replaced_until(self) -> int:
        return replaced_at(self.promoted, self.book.replaced)


def rule_of(write: RuleWrite) -> dict[str, Any]:
    """Return a write's rule as an object of the setting `rules`. Raises ValueError.

    >>> rule_of(RuleWrite("a", '{"name":"a","kind":"pin","slot":0,"item_ids":["x"]}'))
    Traceback (most recent call last):
    headwater_server.engine.reranking.rules.BadRuleError: rule "a": slot: a whole number ...
    """
    if len(write.rule) > RULE_CHARS_MAX:
        problem = f"has {len(write.rule):,} characters of JSON; at most {RULE_CHARS_MAX:,} may be"
        raise BadRuleError("rule", problem)
    try:
        value = json.loads(write.rule)
    except (ValueError, RecursionError):
        raise BadRuleError("rule", "is not JSON") from None
    if not isinstance(value, dict) or value.get("name") != write.name:
        raise BadRuleError("rule", f"has not the name {write.name[:NAME_CHARS_MAX]!r}", "name")
    try:
        parse_rules([value])
    except BadRuleError as error:
        raise BadRuleError(f'rule "{write.name}"', error.problem, error.field) from None
    return value


def judged_rule(state: RuleState, operation: RuleOperation, now_ms: int) -> Judgement:
    """Return what the operation does to these rules."""
    for name in ("who", "reason"):
        if refusal := text_refusal(name, getattr(operation, name)):
            return wrong(refusal)
    if isinstance(operation, RuleDelete):
        return _judged_delete(state, operation, now_ms)
    return _judged_write(state, operation, now_ms)


def _judged_write(state: RuleState, write: RuleWrite, now_ms: int) -> Judgement:
    try:
        text = canonical(rule_of(write))
    except BadRuleError as error:
        return wrong(str(error))
    present = state.book.edits.get(write.name)
    if present and present.rule == text and state.counts(present):
        return before("rule: is in force already")
    return _locked(state, write) or _fitting(state, write, now_ms)


def _judged_delete(state: RuleState, delete: RuleDelete, now_ms: int) -> Judgement:
    present, base = state.book.edits.get(delete.name), state.base
    if delete.to_settings and present is None:
        return before("name: no editor's version of this rule is in force")
    is_there = present.rule if state.counts(present) and present else delete.name in base
    if not delete.to_settings and not is_there:
        return before("name: there is no such rule")
    return _locked(state, delete) or _fitting(state, delete, now_ms)


def _locked(state: RuleState, operation: RuleOperation) -> Judgement | None:
    """Return that another editor has written since the operation's author has read."""
    present = state.book.revision_of(operation.name)
    if operation.revision is None or operation.revision == present:
        return None
    edit = state.book.edits.get(operation.name)
    by = f", by {edit.who}" if edit and edit.who else ""
    return forbidden(
        f"{LOCKED}the rule is at revision {present} now{by}, and {operation.revision} was read: "
        "read it again, and write your change over that revision"
    )


def _fitting(state: RuleState, operation: RuleOperation, now_ms: int) -> Judgement:
    """Return whether all rules can be in force together once the operation is done."""
    edits = dict(state.book.edits)
    if forgets(state, operation):
        edits.pop(operation.name, None)
    else:
        edits[operation.name] = edit_of(state, operation, now_ms)
    if len(edits) > max(EDITS_MAX, len(state.book.edits)):
        return forbidden(
            f"rules: editors have written or deleted {EDITS_MAX} rules, which are the most: "
            "delete some, or bring some back to what the settings say"
        )
    try:
        state.settings(edits.values())
    except ValueError as error:
        return forbidden(str(error))
    return DONE


def forgets(state: RuleState, operation: RuleOperation) -> bool:
    """Whether the operation leaves no edit behind: the settings have, or lack, the rule."""
    if not isinstance(operation, RuleDelete):
        return False
    return operation.to_settings or operation.name not in state.base


def edit_of(state: RuleState, operation: RuleOperation, now_ms: int) -> Edit:
    """Return what is kept of an operation."""
    rule = canonical(rule_of(operation)) if isinstance(operation, RuleWrite) else ""
    revision = state.book.next_revision
    return Edit(operation.name, rule, revision, now_ms, operation.who, operation.reason)
