"""Policies and experiments as they stand: reading only."""

from __future__ import annotations

from headwater_server.engine.experiments import reports
from headwater_server.engine.experiments.experiments import Experiments
from headwater_server.engine.experiments.kept_policies import overrides_text
from headwater_server.engine.experiments.reports import (
    ArmView,
    ExperimentView,
    Policies,
    PolicyView,
)
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.experiments.units import PARTS


def state_of(running: Running, now_ms: int) -> str:
    """Return where an experiment stands."""
    if running.stop_ms:
        has_ended = running.stop_ms == running.experiment.end_time_ms
        return reports.ENDED if has_ended else reports.STOPPED
    if running.is_over(now_ms):
        return reports.ENDED
    is_begun = running.experiment.start_time_ms <= now_ms
    return reports.RUNNING if is_begun else reports.SCHEDULED


def view(running: Running, now_ms: int) -> ExperimentView:
    """Return an experiment and where it stands."""
    visitors = running.sums.visitors
    return ExperimentView(
        running.experiment,
        state_of(running, now_ms),
        running.create_ms,
        running.stop_ms,
        running.stop_reason,
        running.winner,
        running.who,
        tuple(_arm(running, arm, visitors[arm]) for arm in range(len(visitors))),
        sum(visitors),
        running.is_full,
        tuple((start / PARTS, end / PARTS) for start, end in running.ranges),
    )


def _arm(running: Running, arm: int, visitors: int) -> ArmView:
    given, closed = running.experiment.arms[arm], running.closed.get(arm)
    if closed is None:
        return ArmView(given.arm_id, given.policy_id, given.weight, visitors)
    return ArmView(
        given.arm_id, given.policy_id, given.weight, visitors, closed.time_ms, closed.reason
    )


def policies(experiments: Experiments) -> Policies:
    """Return all policies by id, and the promoted stack."""
    promoted = experiments.policies.promoted
    views = [
        PolicyView(
            kept.policy.policy_id,
            overrides_text(kept.policy),
            kept.time_ms,
            kept.who,
            tuple(
                place
                for place, one in enumerate(promoted, start=1)
                if one.policy_id == kept.policy.policy_id
            ),
            tuple(_answering(experiments, kept.policy.policy_id)),
        )
        for kept in experiments.policies
    ]
    return Policies(tuple(sorted(views, key=lambda one: one.policy_id)), tuple(promoted))


def _answering(experiments: Experiments, policy_id: str) -> list[str]:
    return [
        running.experiment.experiment_id
        for running in experiments.active
        if any(arm.policy_id == policy_id for arm in running.experiment.arms)
    ]
