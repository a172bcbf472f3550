"""ExperimentService: an experiment that is to be created, with all defaults filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headwater.v1 import experiment_pb2
from headwater.v1 import experiment_service_pb2 as pb
from headwater_server.api.translate.checks import at_most, finite
from headwater_server.api.translate.experiments.experiments import DIRECTIONS, UNITS
from headwater_server.api.translate.experiments.fields import checked
from headwater_server.api.translate.items import currency
from headwater_server.api.translate.values import checked_time_ms
from headwater_server.engine.experiments.units import PARTS
from headwater_server.engine.messages import experiments as engine
from headwater_server.engine.messages.experiments import (
    METRICS,
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    GuardRail,
    Primary,
)
from headwater_server.errors import InvalidRequest

ENTRIES_MAX = 100  # of any list: more than any may have, and few enough to be looked at

_UNITS: dict[int, str] = {number: unit for unit, number in UNITS.items()}
_UNITS[experiment_pb2.EXPERIMENT_UNIT_UNSPECIFIED] = engine.VISITOR
_DIRECTIONS: dict[int, str] = {number: direction for direction, number in DIRECTIONS.items()}
_DIRECTIONS[experiment_pb2.METRIC_DIRECTION_UNSPECIFIED] = engine.INCREASE


def create_experiment_request(request: pb.CreateExperimentRequest) -> ExperimentWrite:
    """Return the experiment with all defaults; an error names its field.

    Only values are checked. What the state forbids, such as a full layer, the replica finds.
    """
    one, usual = request.experiment, Experiment("", ())
    for name in ("arms", "placements", "guard_rails"):
        at_most(f"experiment.{name}", getattr(one, name), ENTRIES_MAX)
    experiment = Experiment(
        experiment_id=one.experiment_id,
        arms=_arms(one.arms),
        layer=one.layer or usual.layer,
        salt=one.salt or one.experiment_id,
        unit=_named("experiment.unit", one.unit, _UNITS),
        placements=tuple(one.placements),
        share=_finite("share", one.share) or usual.share,
        primary=_primary(one.primary),
        guard_rails=_guard_rails(one.guard_rails),
        level=_finite("level", one.level) or usual.level,
        visitors_planned=one.visitors_planned or usual.visitors_planned,
        visitors_max=one.visitors_max or usual.visitors_max,
        start_time_ms=_time_ms("start_time", one),
        end_time_ms=_time_ms("end_time", one),
        currency_code=currency("experiment.currency_code", one.currency_code),
        auto_promote=one.auto_promote,
    )
    return checked(ExperimentWrite(experiment))


def _arms(arms: Sequence[experiment_pb2.ExperimentArm]) -> tuple[ExperimentArm, ...]:
    """Return the arms, with weights that sum to 1."""
    weights = [
        _finite(f"arms[{place}].weight", arm.weight) or 1.0 for place, arm in enumerate(arms)
    ]
    for place, weight in enumerate(weights):
        if weight < 0.0:
            raise InvalidRequest(f"experiment.arms[{place}].weight", "is below 0")
    total = sum(weights)
    for place, weight in enumerate(weights):
        if weight * PARTS < total:
            problem = "is less than a millionth of all weights: nobody would be in the arm"
            raise InvalidRequest(f"experiment.arms[{place}].weight", problem)
    return tuple(
        ExperimentArm(arm.arm_id, arm.policy_id, weight / total)
        for arm, weight in zip(arms, weights, strict=True)
    )


def _primary(primary: experiment_pb2.PrimaryMetric) -> Primary:
    if not primary.metric:
        problem = f"is required: one of {', '.join(METRICS)}"
        raise InvalidRequest("experiment.primary.metric", problem)
    return Primary(
        metric=primary.metric,
        window_minutes=_finite("primary.window_minutes", primary.window_minutes),
        direction=_named("experiment.primary.direction", primary.direction, _DIRECTIONS),
    )


def _guard_rails(rails: Sequence[experiment_pb2.GuardRail]) -> tuple[GuardRail, ...]:
    return tuple(
        GuardRail(rail.metric, _finite(f"guard_rails[{place}].worst_relative", rail.worst_relative))
        for place, rail in enumerate(rails)
    )


def _time_ms(name: str, one: experiment_pb2.Experiment) -> int:
    """Return a time in milliseconds, 0 if it is not given."""
    if not one.HasField(name):  # type: ignore[arg-type]  # one of two names
        return 0
    return checked_time_ms(f"experiment.{name}", getattr(one, name)) or 1  # 0 would be "not set"


def _finite(name: str, number: float) -> float:
    return finite(f"experiment.{name}", number)


def _named(field: str, number: int, known: Mapping[int, str]) -> str:
    if number not in known:
        raise InvalidRequest(field, f"has no value {number}")
    return known[number]
