"""What is wrong for each field of the requests about rules and the audit log."""

from __future__ import annotations

import math
from typing import Any

from tests.integration.bad_values import (
    FILTER,
    ID,
    IDS,
    OFFSET,
    PAGE,
    REQUIRED,
    TIME,
    TOKEN,
    Spoil,
    count,
    missing,
    value,
)


def after_acts(bad: float) -> Spoil:
    """Spoil the days of a rule that is good but for them."""

    def spoil(holder: Any, name: str) -> None:
        holder.event_types.append("view")
        setattr(holder, name, bad)

    return spoil


NAME = (missing, value("x" * 65))
REASON = (value("x" * 1001),)
REVISION = (value(-1),)
PLACES = (*TOKEN, value("Ym9vdHMtNw"))
STRENGTH = (value(math.nan), value(math.inf), value(-1.0), value(1.1e6))

REFUSED: dict[str, tuple[Spoil, ...]] = {
    "ListRulesRequest.page_size": PAGE,
    "ListRulesRequest.page_token": PLACES,
    "ListRulesRequest.min_offset": OFFSET,
    "UpsertRuleRequest.rule": (missing,),
    "UpsertRuleRequest.revision": REVISION,
    "UpsertRuleRequest.reason": REASON,
    "Rule.name": NAME,
    "Rule.filter": FILTER,
    "Rule.placements": (value(""), *ID, count(101)),
    "Rule.start_time": TIME,
    "Rule.end_time": TIME,
    "PinRule.slot": (missing, value(-1), value(101)),
    "PinRule.item_ids": IDS,
    "StrengthRule.by": STRENGTH,
    "StrengthRule.times": (*STRENGTH, value(1.0), value(0.5)),
    "CapRule.most": (value(-1), value(101)),
    "CapRule.field": (value("x" * 129),),
    "HideRule.event_types": (value(""), *ID, count(1001)),
    "HideRule.days": tuple(map(after_acts, (math.nan, math.inf, -1.0, 36_501.0))),
    "DiversityRule.level": (value(6), value(-1)),
    "DeleteRuleRequest.name": NAME,
    "DeleteRuleRequest.revision": REVISION,
    "DeleteRuleRequest.reason": REASON,
    "ListRuleChangesRequest.name": (value("x" * 65),),
    "ListRuleChangesRequest.page_size": PAGE,
    "ListRuleChangesRequest.page_token": PLACES,
    "ListRuleChangesRequest.min_offset": OFFSET,
    "RestoreRuleRequest.name": NAME,
    "RestoreRuleRequest.to_revision": REVISION,
    "RestoreRuleRequest.revision": REVISION,
    "RestoreRuleRequest.reason": REASON,
    "PreviewRulesRequest.drafts": (count(201),),
    "PreviewRulesRequest.delete_names": (value(""), value("x" * 65), count(201)),
    "PreviewRulesRequest.questions": (count(21),),
    "PreviewRulesRequest.preview_time": TIME,
    "PreviewRulesRequest.min_offset": OFFSET,
    "RuleQuestion.visitor_id": REQUIRED,
    "RuleQuestion.user_id": ID,
    "RuleQuestion.placement": ID,
    "RuleQuestion.page_size": PAGE,
    "RuleQuestion.context_item_ids": IDS,
    "RuleQuestion.filter": FILTER,
    "RuleQuestion.recommendation_id": ID,
    "ListAuditEntriesRequest.kinds": (value(99), value(-1)),
    "ListAuditEntriesRequest.who": (value("x" * 1001),),
    "ListAuditEntriesRequest.page_size": PAGE,
    "ListAuditEntriesRequest.page_token": PLACES,
    "ListAuditEntriesRequest.min_offset": OFFSET,
}
"""INVALID_ARGUMENT, with the field, and nothing done."""

UNBOUNDED = {
    *(f"Rule.{kind}" for kind in ("pin", "boost", "bury", "cap", "hide", "diversity")),  # one of
    *(
        f"Rule.{name}"
        for name in (
            "revision",
            "source",
            "status",
            "who",
            "update_time",
            "reason",
            "warnings",
            "overrides_settings",
        )
    ),
}
"""Nothing that gRPC parses is wrong, or the field is only in answers."""
