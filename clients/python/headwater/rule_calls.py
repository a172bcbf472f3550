"""The calls of both clients about rules and the audit log. All of them may be repeated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from headwater.calls import Call
from headwater.rules import (
    AuditKind,
    AuditPage,
    Rule,
    RuleAnswer,
    RuleChangePage,
    RulePage,
    RulePreview,
    RuleQuestion,
)
from headwater.v1 import audit_service_pb2 as audit_pb
from headwater.v1 import rule_service_pb2 as pb
from headwater.wire.fields import built
from headwater.wire.rules import (
    audit_page,
    rule_answer,
    rule_change_page,
    rule_page,
    rule_preview,
    to_question,
    to_rule,
)
from headwater.wire.values import to_ids, to_time

SERVICE = "/headwater.v1.RuleService/"
AUDIT_SERVICE = "/headwater.v1.AuditService/"
_KINDS = dict(zip(AuditKind, audit_pb.AuditKind.values(), strict=True))


def list_rules(page_size: int, page_token: str, min_offset: str) -> Call[RulePage]:
    """Ask for a page of rules."""
    request = built(
        pb.ListRulesRequest, page_size=page_size, page_token=page_token, min_offset=min_offset
    )
    return Call(f"{SERVICE}ListRules", request, pb.ListRulesResponse, rule_page)


def upsert_rule(rule: Rule, revision: int | None, reason: str) -> Call[RuleAnswer]:
    """Write a rule."""
    request = built(pb.UpsertRuleRequest, rule=to_rule(rule), revision=revision, reason=reason)
    return Call(f"{SERVICE}UpsertRule", request, pb.UpsertRuleResponse, rule_answer)


def delete_rule(name: str, revision: int | None, reason: str) -> Call[str]:
    """Delete a rule."""
    request = built(pb.DeleteRuleRequest, name=name, revision=revision, reason=reason)
    answer = pb.DeleteRuleResponse
    return Call(f"{SERVICE}DeleteRule", request, answer, lambda response: response.offset)


def list_rule_changes(
    name: str, page_size: int, page_token: str, min_offset: str
) -> Call[RuleChangePage]:
    """Ask for a page of changes."""
    request = built(
        pb.ListRuleChangesRequest,
        name=name,
        page_size=page_size,
        page_token=page_token,
        min_offset=min_offset,
    )
    answer = pb.ListRuleChangesResponse
    return Call(f"{SERVICE}ListRuleChanges", request, answer, rule_change_page)


def restore_rule(
    name: str, to_revision: int, revision: int | None, reason: str
) -> Call[RuleAnswer]:
    """Bring an earlier revision back."""
    request = built(
        pb.RestoreRuleRequest, name=name, to_revision=to_revision, revision=revision, reason=reason
    )
    return Call(f"{SERVICE}RestoreRule", request, pb.RestoreRuleResponse, rule_answer)


def preview_rules(
    drafts: Iterable[Rule],
    delete_names: Iterable[str],
    questions: Iterable[RuleQuestion],
    preview_time: datetime | None,
    min_offset: str,
) -> Call[RulePreview]:
    """Ask what drafts would change."""
    request = built(
        pb.PreviewRulesRequest,
        drafts=map(to_rule, drafts),
        delete_names=to_ids("delete_names", delete_names),
        questions=map(to_question, questions),
        preview_time=to_time("preview_time", preview_time),
        min_offset=min_offset,
    )
    return Call(f"{SERVICE}PreviewRules", request, pb.PreviewRulesResponse, rule_preview)


def list_audit_entries(
    kinds: Iterable[AuditKind], who: str, page_size: int, page_token: str, min_offset: str
) -> Call[AuditPage]:
    """Ask for a page of the audit log."""
    request = built(
        audit_pb.ListAuditEntriesRequest,
        kinds=[_KINDS[kind] for kind in kinds],
        who=who,
        page_size=page_size,
        page_token=page_token,
        min_offset=min_offset,
    )
    answer = audit_pb.ListAuditEntriesResponse
    return Call(f"{AUDIT_SERVICE}ListAuditEntries", request, answer, audit_page)
