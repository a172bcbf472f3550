"""Rules as people see them: where each comes from, whether it is in force, what fits nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from headwater_server.engine.reranking.rules import Rule, parse_rules
from headwater_server.engine.rules.book import Edit, canonical
from headwater_server.engine.rules.judging import RuleState

SETTINGS, POLICY, EDITOR = "settings", "policy", "editor"
"""Where a rule comes from: the setting `rules`, a promoted policy, or an editor."""
ACTIVE, SCHEDULED, EXPIRED, REPLACED, DELETED = (
    "active", "scheduled", "expired", "replaced", "deleted",
)  # fmt: skip
"""Its times decide; a policy with rules was promoted over it; it was deleted by an editor."""


OVERRIDDEN = (
    "an editor{} {} this rule, and that counts whatever the settings say; restore it to revision 0 "
    "(`headwater rules restore`) to follow the settings"
)


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule as in the setting `rules`, and how it stands.

    ``revision``, ``who``, ``time_ms`` and ``reason`` are those of the editor's latest change, 0 and
    "" if none is in force. ``overridden``: the settings have another rule of this name.
    """

    rule: Mapping[str, Any]
    source: str
    status: str
    revision: int = 0
    who: str = ""
    time_ms: int = 0
    reason: str = ""
    overridden: bool = False


def views(state: RuleState, now_ms: int) -> Iterator[RuleView]:
    """Yield all rules: first those in force in their order, then what is replaced or deleted."""
    in_force, base = state.settings().rules, state.base
    written = {rule["name"]: rule for rule in state.written.rules}
    edits = {name: one for name, one in state.book.edits.items() if state.counts(one)}
    for rule in in_force:
        edit, name = edits.get(rule["name"]), rule["name"]
        status = status_of(parse_rules([rule])[0], now_ms)
        if edit is None:
            yield RuleView(rule, SETTINGS if written.get(name) == rule else POLICY, status)
        else:
            yield _edited(rule, edit, status, overridden=name in base)
    for name, edit in state.book.edits.items():
        if edit.rule and name not in edits:
            yield _edited(edit.value, edit, REPLACED)
        elif not edit.rule and name in base:
            yield _edited(base[name], edit, DELETED, overridden=True)


def _edited(
    rule: Mapping[str, Any], edit: Edit, status: str, *, overridden: bool = False
) -> RuleView:
    of = edit.revision, edit.who, edit.time_ms, edit.reason
    return RuleView(rule, EDITOR, status, *of, overridden)


def status_of(rule: Rule, now_ms: int) -> str:
    """Return whether a rule's times have come."""
    if now_ms < rule.start_ms:
        return SCHEDULED
    return ACTIVE if now_ms < rule.end_ms else EXPIRED


def overridden(state: RuleState) -> Iterator[tuple[str, str]]:
    """Yield the name of each rule of the settings that editors changed or deleted, and by whom."""
    for rule in state.written.rules:
        edit = state.book.edits.get(rule["name"])
        if edit and state.counts(edit) and edit.rule != canonical(rule):
            what = "wrote" if edit.rule else "deleted"
            by = f" ({edit.who})" if edit.who else ""
            yield rule["name"], OVERRIDDEN.format(by, what)
