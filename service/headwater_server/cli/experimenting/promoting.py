"""What a person reads before and after a promotion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater_server.cli.experimenting.tables import overrides
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater import ArmFigures, ExperimentReport, PromoteAnswer


def arm_policy(report: ExperimentReport, arm_id: str) -> str:
    """Return the policy of an arm. Raises `BadSettings` for an arm that has none of its own."""
    policy_id = _arm(report, arm_id).policy_id
    if not policy_id:
        raise BadSettings(f"--arm {arm_id}: it has the policy in force: nothing can be promoted")
    return policy_id


def _arm(report: ExperimentReport, arm_id: str) -> ArmFigures:
    for arm in report.arms:
        if arm.arm_id == arm_id:
            return arm
    names = ", ".join(arm.arm_id for arm in report.arms)
    raise BadSettings(f"--arm {arm_id}: the experiment has {names}")


def evidence(report: ExperimentReport, arm_id: str) -> str:
    """Return one line: what the primary metric says about the arm."""
    arm = _arm(report, arm_id)
    one = arm.metrics[0] if arm.metrics else None
    if one is None or one.low is None or one.high is None or one.difference is None:
        return f"{arm_id}: too few visitors ({arm.visitors:,}) for an interval"
    return (
        f"{arm_id}: {one.metric} {one.difference:+.4g} against control, {one.low:+.4g} to "
        f"{one.high:+.4g} at every look, {arm.visitors:,} visitors"
    )


def promoted(answer: PromoteAnswer) -> str:
    """Return one line: what is in force now."""
    one = answer.promotion
    return f"{one.policy_id} is in force: {overrides(one.overrides)}; offset={answer.offset}"
