"""ExperimentService: translates policies, promotions and rollbacks."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict

from headwater.v1 import experiment_service_pb2 as pb
from headwater.v1 import policy_pb2
from headwater_server.api.translate.checks import (
    TEXT_BYTES_MAX,
    page_size,
    required,
    short_text,
)
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.api.translate.values import time_message
from headwater_server.engine.experiments.reports import PolicyView, PromotedPolicy
from headwater_server.engine.messages.experiments import PolicyPromote, PolicyRollback
from headwater_server.engine.policies.policy import Policy
from headwater_server.errors import InvalidRequest
from headwater_server.replica.experiments.answers import PolicyAnswer, PromotionsAnswer

PAGE_DEFAULT = 50
PAGE_MAX = 500


def upsert_policy_request(request: pb.UpsertPolicyRequest) -> Policy:
    """Return the policy, with every value checked as a setting is."""
    policy_id = required("policy.policy_id", request.policy.policy_id)
    try:
        policy = Policy(policy_id, _plain("policy.overrides", request.policy.overrides))
    except ValueError as error:
        field, _, problem = str(error).partition(": ")
        raise InvalidRequest(_field(field), problem) from None
    if policy.is_baseline:
        problem = f"is {policy_id!r}, a policy of `headwater evaluate`: write another name"
        raise InvalidRequest("policy.policy_id", problem)
    return policy


def _field(name: str) -> str:
    own = ("policy_id", "overrides")
    return f"policy.{name}" if name in own else f"policy.overrides.{name}"


def _plain(field: str, values: struct_pb2.Struct) -> dict[str, Any]:
    """Return the values as Python's; a number that JSON does not have is refused."""
    _check(field, struct_pb2.Value(struct_value=values))
    found: dict[str, Any] = MessageToDict(values)
    return found


def _check(field: str, value: struct_pb2.Value) -> None:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        for name, inner in value.struct_value.fields.items():
            _check(f"{field}.{name[:40]}", inner)
    elif kind == "list_value":
        for place, inner in enumerate(value.list_value.values):
            _check(f"{field}[{place}]", inner)
    elif kind is None:
        raise InvalidRequest(field, "has no value")
    elif kind == "number_value" and not math.isfinite(value.number_value):
        raise InvalidRequest(field, "is not a finite number")


def upsert_policy_response(answer: PolicyAnswer) -> pb.UpsertPolicyResponse:
    """Return the policy as it is now."""
    return pb.UpsertPolicyResponse(policy=_policy(answer.policy), offset=answer.offset)


def list_policies_request(request: pb.ListPoliciesRequest) -> tuple[str, int]:
    """Return the policy that the page starts after, and the page's size."""
    size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX)
    return after_item_id(request.page_token), size


def list_policies_response(
    policies: Sequence[PolicyView],
    answer: PromotionsAnswer,
    size: int,
    bytes_max: int = PAGE_BYTES_MAX,
) -> pb.ListPoliciesResponse:
    """Return ``size`` of the policies, or as many as fit, and all promotions."""
    page = as_many_as_fit(map(_policy, policies[:size]), bytes_max)
    more = len(policies) > len(page)
    return pb.ListPoliciesResponse(
        policies=page,
        next_page_token=page_token(page[-1].policy_id) if more else "",
        promotions=map(_promotion, answer.promotions),
        offset=answer.offset,
    )


def promote_policy_request(request: pb.PromotePolicyRequest) -> PolicyPromote:
    """Return the promotion; either a report or a reason has to be there."""
    reason = short_text("force", request.force, TEXT_BYTES_MAX).strip()
    has_report = request.HasField("require_report")
    if not has_report and not reason:
        problem = "is required: name experiment_id and arm_id, or write a reason in `force`"
        raise InvalidRequest("require_report", problem)
    report = request.require_report
    return PolicyPromote(
        policy_id=required("policy_id", request.policy_id),
        experiment_id=_of_report("experiment_id", report) if has_report else "",
        arm_id=_of_report("arm_id", report) if has_report else "",
        force_reason=reason,
    )


def _of_report(name: str, report: policy_pb2.ReportReference) -> str:
    return required(f"require_report.{name}", getattr(report, name))


def promote_policy_response(answer: PromotionsAnswer) -> pb.PromotePolicyResponse:
    """Return the promotion on top."""
    return pb.PromotePolicyResponse(
        promotion=_promotion(answer.promotions[-1]), offset=answer.offset
    )


def rollback_policy_request(request: pb.RollbackPolicyRequest) -> PolicyRollback:
    """Return which promotion to take back; it has to be named, so that a retry is safe."""
    return PolicyRollback(
        policy_id=required("policy_id", request.policy_id),
        reason=short_text("reason", request.reason, TEXT_BYTES_MAX),
    )


def rollback_policy_response(answer: PromotionsAnswer) -> pb.RollbackPolicyResponse:
    """Return the promotions that are left."""
    return pb.RollbackPolicyResponse(
        promotions=map(_promotion, answer.promotions), offset=answer.offset
    )


def _policy(view: PolicyView) -> policy_pb2.Policy:
    return policy_pb2.Policy(
        policy_id=view.policy_id,
        overrides=_struct(view.overrides),
        update_time=time_message(view.time_ms),
        experiment_ids=view.experiment_ids,
        promoted=bool(view.places),
        who=view.who,
    )


def _promotion(one: PromotedPolicy) -> policy_pb2.Promotion:
    report = policy_pb2.ReportReference(experiment_id=one.experiment_id, arm_id=one.arm_id)
    return policy_pb2.Promotion(
        policy_id=one.policy_id,
        overrides=_struct(one.overrides),
        promote_time=time_message(one.time_ms),
        report=report if one.experiment_id else None,
        report_digest=one.report_digest,
        force_reason=one.force_reason,
        who=one.who,
    )


def _struct(text: str) -> struct_pb2.Struct:
    found = struct_pb2.Struct()
    found.update(json.loads(text))
    return found
