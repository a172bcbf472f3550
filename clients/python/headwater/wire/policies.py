"""Write policies, and read promotions."""

from __future__ import annotations

from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from headwater.policies import (
    Policy,
    PolicyAnswer,
    PolicyPage,
    PromoteAnswer,
    Promotion,
    ReportReference,
    RollbackAnswer,
)
from headwater.v1 import experiment_service_pb2 as pb
from headwater.v1 import policy_pb2
from headwater.wire.values import from_time, set_time


def to_policy(policy: Policy) -> policy_pb2.Policy:
    """Return the policy as a message; `ValueError` for a value that JSON cannot hold."""
    overrides = Struct()
    overrides.update(dict(policy.overrides))
    return policy_pb2.Policy(policy_id=policy.policy_id, overrides=overrides)


def to_reference(report: ReportReference | None) -> policy_pb2.ReportReference | None:
    """Return the reference as a message."""
    if report is None:
        return None
    return policy_pb2.ReportReference(experiment_id=report.experiment_id, arm_id=report.arm_id)


def policy_answer(response: pb.UpsertPolicyResponse) -> PolicyAnswer:
    """Read the policy that was written."""
    return PolicyAnswer(_policy(response.policy), response.offset)


def policy_page(response: pb.ListPoliciesResponse) -> PolicyPage:
    """Read a page of policies."""
    return PolicyPage(
        tuple(map(_policy, response.policies)),
        tuple(map(_promotion, response.promotions)),
        response.next_page_token,
    )


def promote_answer(response: pb.PromotePolicyResponse) -> PromoteAnswer:
    """Read the promotion."""
    return PromoteAnswer(_promotion(response.promotion), response.offset)


def rollback_answer(response: pb.RollbackPolicyResponse) -> RollbackAnswer:
    """Read the promotions that are left."""
    return RollbackAnswer(tuple(map(_promotion, response.promotions)), response.offset)


def _values(overrides: Struct) -> dict[str, Any]:
    """Return plain values; a Struct has floats only, so whole numbers become ints again."""
    found: dict[str, Any] = _whole(MessageToDict(overrides))
    return found


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _policy(policy: policy_pb2.Policy) -> Policy:
    return Policy(
        policy_id=policy.policy_id,
        overrides=_values(policy.overrides),
        update_time=set_time(policy, "update_time"),
        experiment_ids=tuple(policy.experiment_ids),
        promoted=policy.promoted,
        who=policy.who,
    )


def _promotion(one: policy_pb2.Promotion) -> Promotion:
    report = ReportReference(one.report.experiment_id, one.report.arm_id)
    return Promotion(
        policy_id=one.policy_id,
        overrides=_values(one.overrides),
        promote_time=from_time(one.promote_time),
        report=report if one.HasField("report") else None,
        report_digest=one.report_digest,
        force_reason=one.force_reason,
        who=one.who,
    )
