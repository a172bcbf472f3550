"""RuleService: requests in, responses out."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.v1 import rule_service_pb2 as pb
from headwater_server.api.translate.checks import (
    at_most,
    checked_filter,
    page_size,
    required,
    short_text,
    texts,
)
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.api.translate.rules.reading import (
    checked_name,
    checked_reason,
    checked_revision,
    rule_write,
)
from headwater_server.api.translate.rules.writing import (
    change_message,
    draft_message,
    list_message,
    view_message,
)
from headwater_server.api.translate.values import checked_time_ms, time_message
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rules import RuleDelete, RuleOperation, RuleWrite
from headwater_server.errors import InvalidRequest
from headwater_server.replica.rules.answers import (
    PreviewAnswer,
    RuleAnswer,
    RuleChangesAnswer,
    RulesAnswer,
)

RULES_DEFAULT, RULES_MAX = 100, 600
CHANGES_DEFAULT, CHANGES_MAX = 50, 500
DRAFTS_MAX = 200
QUESTIONS_MAX = 20


def list_rules_request(request: pb.ListRulesRequest) -> tuple[int, int]:
    """Return how many rules are before the page, and the page's size."""
    size = page_size(request.page_size, RULES_DEFAULT, RULES_MAX)
    return place_of(request.page_token), size


def list_rules_response(
    answer: RulesAnswer, first: int, size: int, bytes_max: int = PAGE_BYTES_MAX
) -> pb.ListRulesResponse:
    """Return a page of the rules, as many as fit."""
    views = answer.rules[first : first + size]
    rules = (view_message(one, answer.warnings.get(one.rule["name"], ())) for one in views)
    page = as_many_as_fit(rules, bytes_max)
    end = first + len(page)
    return pb.ListRulesResponse(
        rules=page,
        next_page_token=page_token(str(end)) if end < len(answer.rules) else "",
        revision=answer.revision,
        offset=answer.offset,
        placements=answer.placements,
    )


def place_of(token: str) -> int:
    """Return the number that a page begins after, 0 for the first page."""
    text = after_item_id(token) or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise InvalidRequest("page_token", "is not a token of this service")
    return int(text)


def upsert_rule_request(request: pb.UpsertRuleRequest) -> RuleWrite:
    """Return the rule to write, without its author."""
    if not request.HasField("rule"):
        raise InvalidRequest("rule", "is required")
    write = rule_write("rule", request.rule)
    revision, reason = checked_revision("revision", request), checked_reason(request.reason)
    return RuleWrite(write.name, write.rule, "", reason, revision)


def upsert_rule_response(answer: RuleAnswer) -> pb.UpsertRuleResponse:
    """Return the rule as it is now."""
    rule = view_message(answer.rule, answer.warnings) if answer.rule else None
    return pb.UpsertRuleResponse(rule=rule, offset=answer.offset)


def delete_rule_request(request: pb.DeleteRuleRequest) -> RuleDelete:
    """Return the deletion, without its author."""
    revision, reason = checked_revision("revision", request), checked_reason(request.reason)
    return RuleDelete(checked_name(request.name), "", reason, revision)


def restore_rule_request(request: pb.RestoreRuleRequest) -> RuleDelete:
    """Return which revision of which rule is to come back, without who wants it."""
    if request.to_revision < 0:
        raise InvalidRequest("to_revision", "is negative")
    revision, reason = checked_revision("revision", request), checked_reason(request.reason)
    name = checked_name(request.name)
    return RuleDelete(name, "", reason, revision, restores=request.to_revision)


def restore_rule_response(answer: RuleAnswer) -> pb.RestoreRuleResponse:
    """Return the rule as it is now, if there is one."""
    rule = view_message(answer.rule, answer.warnings) if answer.rule else None
    return pb.RestoreRuleResponse(rule=rule, offset=answer.offset)


def list_rule_changes_request(request: pb.ListRuleChangesRequest) -> tuple[str, int | None, int]:
    """Return the rule ("": all), the revision that the page is before, and the page's size."""
    size = page_size(request.page_size, CHANGES_DEFAULT, CHANGES_MAX)
    name = checked_name(request.name) if request.name else ""
    return name, place_of(request.page_token) or None, size


def list_rule_changes_response(
    answer: RuleChangesAnswer, size: int, bytes_max: int = PAGE_BYTES_MAX
) -> pb.ListRuleChangesResponse:
    """Return a page of the changes, as many as fit."""
    page = as_many_as_fit(map(change_message, answer.changes[:size]), bytes_max)
    more = len(answer.changes) > len(page)
    return pb.ListRuleChangesResponse(
        changes=page,
        next_page_token=page_token(str(page[-1].revision)) if more else "",
        offset=answer.offset,
    )


Previewed = tuple[Sequence[RuleOperation], Sequence[RecommendRequest], int | None]


def preview_rules_request(request: pb.PreviewRulesRequest) -> Previewed:
    """Return the drafts, the questions, and the time that they are of (None: now)."""
    at_most("drafts", request.drafts, DRAFTS_MAX)
    at_most("delete_names", request.delete_names, DRAFTS_MAX)
    at_most("questions", request.questions, QUESTIONS_MAX)
    writes = [rule_write(f"drafts[{n}]", rule) for n, rule in enumerate(request.drafts)]
    names = [checked_name(n, f"delete_names[{i}]") for i, n in enumerate(request.delete_names)]
    _check_once([*(write.name for write in writes), *names], len(writes))
    questions = [_question(f"questions[{n}]", one) for n, one in enumerate(request.questions)]
    has_time = request.HasField("preview_time")
    time_ms = checked_time_ms("preview_time", request.preview_time) if has_time else None
    return [*writes, *(RuleDelete(name) for name in names)], questions, time_ms


def _check_once(names: Sequence[str], writes: int) -> None:
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            field = f"drafts[{place}].name" if place < writes else f"delete_names[{place - writes}]"
            raise InvalidRequest(field, "another draft has it")
        seen.add(name)


def _question(field: str, question: pb.RuleQuestion) -> RecommendRequest:
    if question.page_size < 0:
        raise InvalidRequest(f"{field}.page_size", "is negative")
    name = short_text(f"{field}.recommendation_id", question.recommendation_id)
    return RecommendRequest(
        visitor_id=required(f"{field}.visitor_id", question.visitor_id),
        recommendation_id=name or "preview",
        user_id=short_text(f"{field}.user_id", question.user_id),
        placement=short_text(f"{field}.placement", question.placement),
        page_size=page_size(question.page_size),
        context_item_ids=texts(f"{field}.context_item_ids", question.context_item_ids),
        filter=checked_filter(f"{field}.filter", question.filter),
        explore=bool(name),
        explain=True,
    )


def preview_rules_response(answer: PreviewAnswer) -> pb.PreviewRulesResponse:
    """Return what the drafts fit, and the lists."""
    return pb.PreviewRulesResponse(
        drafts=[draft_message(one) for one in answer.drafts],
        lists=[list_message(one, answer.titles) for one in answer.lists],
        preview_time=time_message(answer.time_ms),
        offset=answer.offset,
    )
