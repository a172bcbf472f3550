"""Write rules, and read them, their changes, previews and the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, TypeVar

from headwater.rules import (
    AuditEntry,
    AuditKind,
    AuditPage,
    DraftPreview,
    ListPreview,
    PreviewedItem,
    Rule,
    RuleAnswer,
    RuleChange,
    RuleChangePage,
    RuleMove,
    RulePage,
    RulePreview,
    RuleQuestion,
    RuleSource,
    RuleStatus,
)
from headwater.v1 import audit_service_pb2 as audit_pb
from headwater.v1 import recommendation_service_pb2 as recommendation_pb
from headwater.v1 import rule_pb2
from headwater.v1 import rule_service_pb2 as pb
from headwater.wire.arms import arms
from headwater.wire.fields import built
from headwater.wire.values import from_time, set_time, to_ids, to_time

Named = TypeVar("Named", bound=Enum)

_FIELDS = {
    "pin": ("slot", "item_ids"),
    "boost": ("by", "times"),
    "bury": ("by", "times"),
    "cap": ("most", "field"),
    "hide": ("event_types", "days"),
    "diversity": ("level",),
}
_LEVELS = {
    name.removeprefix("DIVERSITY_").lower(): number
    for name, number in recommendation_pb.Diversity.items()
    if number
}
_LEVEL_NAMES = {number: name for name, number in _LEVELS.items()}
_OWN = tuple(dict.fromkeys(name for names in _FIELDS.values() for name in names))


def to_rule(rule: Rule) -> rule_pb2.Rule:
    """Return the rule as a message; `ValueError` for a kind, level or field that there is not."""
    if rule.kind not in _FIELDS:
        raise ValueError(f"kind is {rule.kind!r}: write {', '.join(_FIELDS)}")
    _check_fields(rule)
    message = built(
        rule_pb2.Rule,
        name=rule.name,
        filter=rule.filter,
        placements=to_ids("placements", rule.placements),
        start_time=to_time("start_time", rule.start_time),
        end_time=to_time("end_time", rule.end_time),
    )
    own: Any = getattr(message, rule.kind)
    own.SetInParent()
    for name in _FIELDS[rule.kind]:
        _set(own, name, getattr(rule, name))
    return message


def _check_fields(rule: Rule) -> None:
    for name in _OWN:
        if name not in _FIELDS[rule.kind] and getattr(rule, name):
            raise ValueError(f"{name} is set: a rule of the kind {rule.kind} has no such field")


def _set(message: Any, name: str, value: Any) -> None:
    if name == "level":
        if value not in _LEVELS:
            raise ValueError(f"level is {value!r}: write {', '.join(_LEVELS)}")
        message.level = _LEVELS[value]
    elif name in ("item_ids", "event_types"):
        getattr(message, name).extend(to_ids(name, value))
    elif value is not None:
        setattr(message, name, value)


def from_rule(message: rule_pb2.Rule) -> Rule:
    """Read a rule."""
    kind = message.WhichOneof("kind") or ""
    own: dict[str, Any] = {}
    for name in _FIELDS.get(kind, ()):
        value = getattr(getattr(message, kind), name)
        own[name] = tuple(value) if name in ("item_ids", "event_types") else value
    if kind == "diversity":
        own["level"] = _LEVEL_NAMES.get(own["level"], "")
    if kind == "hide" and not message.hide.HasField("days"):
        own["days"] = None
    return Rule(
        name=message.name,
        kind=kind,
        filter=message.filter,
        placements=tuple(message.placements),
        start_time=set_time(message, "start_time"),
        end_time=set_time(message, "end_time"),
        revision=message.revision,
        source=_member(RuleSource, message.source),
        status=_member(RuleStatus, message.status),
        who=message.who,
        update_time=set_time(message, "update_time"),
        reason=message.reason,
        warnings=tuple(message.warnings),
        overrides_settings=message.overrides_settings,
        **own,
    )


def _member(kind: type[Named], number: int) -> Named:
    """Return the member of an enum's number; of one that a newer server sends, the first."""
    members = list(kind)
    return members[number] if number < len(members) else members[0]


def rule_answer(response: pb.UpsertRuleResponse | pb.RestoreRuleResponse) -> RuleAnswer:
    """Read the rule as it is now."""
    rule = from_rule(response.rule) if response.HasField("rule") else None
    return RuleAnswer(rule, response.offset)


def rule_page(response: pb.ListRulesResponse) -> RulePage:
    """Read a page of rules."""
    rules = tuple(map(from_rule, response.rules))
    placements = tuple(response.placements)
    return RulePage(rules, response.revision, placements, response.next_page_token)


def rule_change_page(response: pb.ListRuleChangesResponse) -> RuleChangePage:
    """Read a page of changes."""
    return RuleChangePage(tuple(map(_change, response.changes)), response.next_page_token)


def _change(change: rule_pb2.RuleChange) -> RuleChange:
    has_restored = change.HasField("restored_revision")
    return RuleChange(
        revision=change.revision,
        name=change.name,
        change_time=from_time(change.change_time),
        who=change.who,
        reason=change.reason,
        before=from_rule(change.before) if change.HasField("before") else None,
        after=from_rule(change.after) if change.HasField("after") else None,
        previous_revision=change.previous_revision,
        restored_revision=change.restored_revision if has_restored else None,
        to_settings=change.to_settings,
    )


def to_question(question: RuleQuestion) -> pb.RuleQuestion:
    """Return a question as a message."""
    return pb.RuleQuestion(
        visitor_id=question.visitor_id,
        user_id=question.user_id,
        placement=question.placement,
        page_size=question.page_size,
        context_item_ids=to_ids("context_item_ids", question.context_item_ids),
        filter=question.filter,
        recommendation_id=question.recommendation_id,
    )


def rule_preview(response: pb.PreviewRulesResponse) -> RulePreview:
    """Read what drafts would change."""
    return RulePreview(
        tuple(map(_draft, response.drafts)),
        tuple(map(_list, response.lists)),
        from_time(response.preview_time),
        response.offset,
    )


def _draft(draft: pb.DraftPreview) -> DraftPreview:
    passing = draft.items_passing if draft.HasField("items_passing") else None
    return DraftPreview(draft.name, passing, tuple(draft.warnings))


def _list(one: pb.ListPreview) -> ListPreview:
    moves = (
        RuleMove(m.item_id, m.title, m.before, m.after, tuple(m.rules), m.reason) for m in one.moves
    )
    return ListPreview(
        one.visitor_id,
        one.placement,
        _items(one.before),
        _items(one.after),
        tuple(moves),
        arms(one.arms),
        one.note,
    )


def _items(items: Iterable[pb.PreviewedItem]) -> tuple[PreviewedItem, ...]:
    return tuple(PreviewedItem(i.item_id, i.title, i.score, tuple(i.rules)) for i in items)


def audit_page(response: audit_pb.ListAuditEntriesResponse) -> AuditPage:
    """Read a page of the audit log."""
    return AuditPage(tuple(map(_entry, response.entries)), response.next_page_token)


def _entry(entry: audit_pb.AuditEntry) -> AuditEntry:
    return AuditEntry(
        kind=_member(AuditKind, entry.kind),
        change_time=from_time(entry.change_time),
        who=entry.who,
        action=entry.action,
        subject=entry.subject,
        old_value=entry.old_value,
        new_value=entry.new_value,
        reason=entry.reason,
        count=entry.count,
    )
