"""What can be read of rules beside lists: those in force, their changes, previews."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headwater_server.engine.experiments.judgement import Judgement
from headwater_server.engine.messages.rules import RuleOperation
from headwater_server.engine.parts import Parts
from headwater_server.engine.reranking.rules import parse_rules
from headwater_server.engine.rules.book import RuleChange
from headwater_server.engine.rules.judging import judged_rule
from headwater_server.engine.rules.previewing import Preview, rule_warnings
from headwater_server.engine.rules.views import RuleView, views


class RuleReading:
    """Reads only: the state stays as it was."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @property
    def revision(self) -> int:
        """How many changes editors have made."""
        return self._parts.rules.revision

    def views(self, now_ms: int) -> Iterator[RuleView]:
        """Yield all rules, also expired, replaced and deleted ones, as they are at a time."""
        return views(self._parts.rule_state, now_ms)

    def warnings(self, name: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the name of each rule in force, and what of it fits nothing, in short steps.

        Of one rule, if its ``name`` is given.
        """
        rules = parse_rules(self._parts.settings.rules)
        for place, rule in enumerate(rules):
            if name in ("", rule.name):
                found = rule_warnings(self._parts, rule, rules[:place], self._parts.settings)
                yield rule.name, found

    def changes(self) -> tuple[RuleChange, ...]:
        """Return the changes of editors that are kept, oldest first."""
        return tuple(self._parts.rules.changes)

    def version(self, name: str, revision: int) -> RuleChange | None:
        """Return the change that made a rule's revision, None if it is not kept any more."""
        return self._parts.rules.version(name, revision)

    def base_rule(self, name: str) -> dict[str, Any] | None:
        """Return the rule of a name where no editor's counts; None: there is none."""
        found = self._parts.rule_state.base.get(name)
        return dict(found) if found else None

    def judged(self, operation: RuleOperation, now_ms: int) -> Judgement:
        """Return what an operation would do now."""
        now_ms = max(now_ms, self._parts.clock_ms)
        return judged_rule(self._parts.rule_state, operation, now_ms)

    def preview(self, now_ms: int) -> Preview:
        """Return a preview of drafts over the rules in force."""
        return Preview(self._parts, now_ms)
