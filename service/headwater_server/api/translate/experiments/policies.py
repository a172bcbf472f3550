"""ExperimentService: translates policies, promotions and rollbacks."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from google.protobuf import struct_pb2

from headwater.v1 import experiment_service_pb2 as pb
from headwater.v1 import policy_pb2
from headwater_server.api.translate.checks import page_size, required
from headwater_server.api.translate.experiments.fields import checked
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.api.translate.values import time_message
from headwater_server.engine.experiments.reports import PolicyView, PromotedPolicy
from headwater_server.engine.messages.experiments import PolicyPromote, PolicyRollback, PolicyWrite
from headwater_server.errors import InvalidRequest
from headwater_server.replica.experiments.answers import (
    PoliciesAnswer,
    PolicyAnswer,
    PromotionsAnswer,
)

PAGE_DEFAULT = 50
PAGE_MAX = 500
OVERRIDES_BYTES_MAX = 96 * 1024  # more would take over 20 ms to read


def upsert_policy_request(request: pb.UpsertPolicyRequest) -> PolicyWrite:
    """Return the policy, with every value checked as a setting is."""
    size = request.policy.overrides.ByteSize()
    if size > OVERRIDES_BYTES_MAX:
        problem = f"has {size:,} bytes; at most {OVERRIDES_BYTES_MAX:,} may be"
        raise InvalidRequest("policy.overrides", problem)
    overrides = _plain("policy.overrides", request.policy.overrides)
    text = json.dumps(overrides, sort_keys=True, separators=(",", ":"))
    return checked(PolicyWrite(request.policy.policy_id, text))


def _plain(field: str, values: struct_pb2.Struct) -> dict[str, Any]:
    """Return the values as Python's; the place is named of what JSON does not have."""
    return {name: _value(f"{field}.{name[:40]}", one) for name, one in values.fields.items()}


def _value(field: str, value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _plain(field, value.struct_value)
    if kind == "list_value":
        inner = enumerate(value.list_value.values)
        return [_value(f"{field}[{place}]", one) for place, one in inner]
    if kind == "number_value":
        return _number(field, value.number_value)
    if kind is None:
        raise InvalidRequest(field, "has no value")
    return None if kind == "null_value" else getattr(value, kind)


def _number(field: str, number: float) -> int | float:
    """Return a whole number as one: a Struct has no other kind than floats."""
    if not math.isfinite(number):
        raise InvalidRequest(field, "is not a finite number")
    return int(number) if number.is_integer() else number


def upsert_policy_response(answer: PolicyAnswer) -> pb.UpsertPolicyResponse:
    """Return the policy as it is now."""
    return pb.UpsertPolicyResponse(policy=_policy(answer.policy), offset=answer.offset)


def list_policies_request(request: pb.ListPoliciesRequest) -> tuple[str, int]:
    """Return the policy that the page starts after, and the page's size."""
    size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX)
    return after_item_id(request.page_token), size


def policy_messages(policies: Iterable[PolicyView]) -> Iterator[policy_pb2.Policy]:
    """Yield the policies as messages; a large one takes milliseconds."""
    return map(_policy, policies)


def promotion_messages(
    promotions: Sequence[PromotedPolicy], bytes_max: int
) -> Iterator[policy_pb2.Promotion]:
    """Yield the promotions, the latest first; ``overrides`` as far as ``bytes_max`` holds them."""
    left = bytes_max
    for one in reversed(promotions):
        left -= len(one.overrides)
        yield _promotion(one, has_overrides=left >= 0)


def list_policies_response(
    answer: PoliciesAnswer,
    size: int,
    policies: Sequence[policy_pb2.Policy],
    promotions: Sequence[policy_pb2.Promotion],
    bytes_max: int = PAGE_BYTES_MAX,
) -> pb.ListPoliciesResponse:
    """Return ``size`` of the policies, or as many as fit, and all promotions, the latest last."""
    page = as_many_as_fit(policies[:size], bytes_max)
    more = len(answer.policies) > len(page)
    return pb.ListPoliciesResponse(
        policies=page,
        next_page_token=page_token(page[-1].policy_id) if more else "",
        promotions=reversed(promotions),
        offset=answer.offset,
    )


def promote_policy_request(request: pb.PromotePolicyRequest) -> PolicyPromote:
    """Return the promotion; either a report or a reason has to be there."""
    reason, report = request.force.strip(), request.require_report
    if request.HasField("require_report"):
        required("require_report.experiment_id", report.experiment_id)
        required("require_report.arm_id", report.arm_id)
    elif not reason:
        problem = "is required: name experiment_id and arm_id, or write a reason in `force`"
        raise InvalidRequest("require_report", problem)
    required("policy_id", request.policy_id)
    promote = PolicyPromote(
        request.policy_id, report.experiment_id, report.arm_id, force_reason=reason
    )
    return checked(promote)


def promote_policy_response(answer: PromotionsAnswer) -> pb.PromotePolicyResponse:
    """Return the promotion on top."""
    return pb.PromotePolicyResponse(
        promotion=_promotion(answer.promotions[-1]), offset=answer.offset
    )


def rollback_policy_request(request: pb.RollbackPolicyRequest) -> PolicyRollback:
    """Return which promotion to take back; it has to be named, so that a retry is safe."""
    return checked(PolicyRollback(required("policy_id", request.policy_id), request.reason))


def rollback_policy_response(
    answer: PromotionsAnswer, promotions: Sequence[policy_pb2.Promotion]
) -> pb.RollbackPolicyResponse:
    """Return the promotions that are left, the latest last."""
    return pb.RollbackPolicyResponse(promotions=reversed(promotions), offset=answer.offset)


def _policy(view: PolicyView) -> policy_pb2.Policy:
    return policy_pb2.Policy(
        policy_id=view.policy_id,
        overrides=_struct(view.overrides),
        update_time=time_message(view.time_ms),
        experiment_ids=view.experiment_ids,
        promoted=bool(view.places),
        who=view.who,
    )


def _promotion(one: PromotedPolicy, *, has_overrides: bool = True) -> policy_pb2.Promotion:
    report = policy_pb2.ReportReference(experiment_id=one.experiment_id, arm_id=one.arm_id)
    return policy_pb2.Promotion(
        policy_id=one.policy_id,
        overrides=_struct(one.overrides) if has_overrides else None,
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
