"""Encodes and decodes policies and experiments."""

from __future__ import annotations

from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
    GuardRail,
    PolicyOperation,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
    Primary,
)
from headwater_server.log.v1 import entry_pb2 as pb

_PLAIN = {
    PolicyWrite: ("policy_id", "overrides", "who"),
    PolicyPromote: (
        "policy_id", "experiment_id", "arm_id", "report_digest", "force_reason", "who",
    ),
    PolicyRollback: ("policy_id", "reason", "who"),
    ExperimentStop: ("experiment_id", "arm_id", "reason", "who"),
}  # fmt: skip
_FIELDS = {
    PolicyWrite: "policy_write",
    PolicyPromote: "policy_promote",
    PolicyRollback: "policy_rollback",
    ExperimentStop: "experiment_stop",
}
_KINDS = {name: kind for kind, name in _FIELDS.items()}
KINDS = frozenset({*_KINDS, "experiment_write"})
_SAME = (
    "experiment_id", "layer", "salt", "unit", "share", "level", "visitors_planned", "visitors_max",
    "start_time_ms", "end_time_ms", "currency_code", "auto_promote",
)  # fmt: skip
"""Fields of an experiment that are stored under their own name."""


def write_policy_operation(operation: PolicyOperation, stored: pb.Operation) -> None:
    """Write the operation into an empty message, in place."""
    if isinstance(operation, ExperimentWrite):
        stored.experiment_write.who = operation.who
        _write_experiment(operation.experiment, stored.experiment_write.experiment)
        return
    kind = type(operation)
    message = getattr(stored, _FIELDS[kind])
    message.SetInParent()
    for name in _PLAIN[kind]:
        setattr(message, name, getattr(operation, name))


def decode_policy_operation(stored: pb.Operation) -> PolicyOperation:
    """Decode the result of `write_policy_operation`."""
    name = str(stored.WhichOneof("kind"))
    if name == "experiment_write":
        write = stored.experiment_write
        return ExperimentWrite(_decode_experiment(write.experiment), write.who)
    message, kind = getattr(stored, name), _KINDS[name]
    decoded: PolicyOperation = kind(*(getattr(message, field) for field in _PLAIN[kind]))
    return decoded


def _write_experiment(experiment: Experiment, stored: pb.Experiment) -> None:
    for name in _SAME:
        setattr(stored, name, getattr(experiment, name))
    for arm in experiment.arms:
        stored.arms.add(arm_id=arm.arm_id, policy_id=arm.policy_id, weight=arm.weight)
    for rail in experiment.guard_rails:
        stored.guard_rails.add(metric=rail.metric, worst_relative=rail.worst_relative)
    stored.placements.extend(experiment.placements)
    primary = experiment.primary
    stored.primary_metric, stored.direction = primary.metric, primary.direction
    stored.window_minutes = primary.window_minutes


def _decode_experiment(stored: pb.Experiment) -> Experiment:
    return Experiment(
        arms=tuple(ExperimentArm(arm.arm_id, arm.policy_id, arm.weight) for arm in stored.arms),
        guard_rails=tuple(GuardRail(one.metric, one.worst_relative) for one in stored.guard_rails),
        placements=tuple(stored.placements),
        primary=Primary(stored.primary_metric, stored.window_minutes, stored.direction),
        **{name: getattr(stored, name) for name in _SAME},
    )
