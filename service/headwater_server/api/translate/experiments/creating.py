"""ExperimentService: checks an experiment that is to be created, and fills in the defaults."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headwater.v1 import experiment_pb2
from headwater.v1 import experiment_service_pb2 as pb
from headwater_server.api.translate.checks import (
    at_most,
    finite,
    one_of,
    required,
    short_text,
    texts,
)
from headwater_server.api.translate.experiments.experiments import DIRECTIONS, UNITS
from headwater_server.api.translate.values import checked_time_ms
from headwater_server.engine.messages.experiments import (
    METRICS,
    Experiment,
    ExperimentArm,
    GuardRail,
    Primary,
)
from headwater_server.errors import InvalidRequest

ARMS_MAX = 16
PLACEMENTS_MAX = 64
GUARD_RAILS_MAX = 8
WEIGHT_MAX = 1_000_000
WINDOW_MINUTES_MAX = 525_600  # a year
SHARE = (1e-6, 1.0)
LEVEL = (0.5, 0.999)
VISITORS_PLANNED = (100, 1_000_000_000)
VISITORS_MAX = (100, 10_000_000)
WORST_RELATIVE = (-1.0, 0.0)

_CURRENCY = re.compile(r"([A-Z]{3})?")
_UNITS = {number: unit for unit, number in UNITS.items()}
_DIRECTIONS = {number: direction for direction, number in DIRECTIONS.items()}
_UNITS[experiment_pb2.EXPERIMENT_UNIT_UNSPECIFIED] = "visitor"
_DIRECTIONS[experiment_pb2.METRIC_DIRECTION_UNSPECIFIED] = "increase"


def create_experiment_request(request: pb.CreateExperimentRequest) -> Experiment:
    """Return the experiment with all defaults; an error names its field.

    Only values are checked here. What the state forbids, such as a full layer, is found later.
    """
    one, place = request.experiment, "experiment"
    experiment_id = required(f"{place}.experiment_id", one.experiment_id)
    start_ms, end_ms = _times(place, one)
    return Experiment(
        experiment_id=experiment_id,
        arms=_arms(f"{place}.arms", one.arms),
        layer=short_text(f"{place}.layer", one.layer) or "default",
        salt=short_text(f"{place}.salt", one.salt) or experiment_id,
        unit=_named(f"{place}.unit", one.unit, _UNITS),
        placements=texts(f"{place}.placements", one.placements, count_max=PLACEMENTS_MAX),
        share=_within(f"{place}.share", one.share or 1.0, SHARE),
        primary=_primary(f"{place}.primary", one),
        guard_rails=_guard_rails(f"{place}.guard_rails", one.guard_rails),
        level=_within(f"{place}.level", one.level or 0.95, LEVEL),
        visitors_planned=_count(
            f"{place}.visitors_planned", one.visitors_planned or 10_000, VISITORS_PLANNED
        ),
        visitors_max=_count(f"{place}.visitors_max", one.visitors_max or 200_000, VISITORS_MAX),
        start_time_ms=start_ms,
        end_time_ms=end_ms,
        currency_code=_currency(f"{place}.currency_code", one.currency_code),
        auto_promote=one.auto_promote,
    )


def _arms(field: str, arms: Sequence[experiment_pb2.ExperimentArm]) -> tuple[ExperimentArm, ...]:
    if not 2 <= len(arms) <= ARMS_MAX:
        raise InvalidRequest(
            field, f"has {len(arms)} entries; 2 to {ARMS_MAX} are needed, the first is the control"
        )
    ids = [required(f"{field}[{place}].arm_id", arm.arm_id) for place, arm in enumerate(arms)]
    _check_unique(field, "arm_id", ids)
    weights = [
        _within(f"{field}[{place}].weight", arm.weight or 1.0, (1e-6, WEIGHT_MAX))
        for place, arm in enumerate(arms)
    ]
    total = sum(weights)
    return tuple(
        ExperimentArm(
            arm_id, short_text(f"{field}[{place}].policy_id", arms[place].policy_id), weight / total
        )
        for place, (arm_id, weight) in enumerate(zip(ids, weights, strict=True))
    )


def _check_unique(field: str, name: str, values: Sequence[str]) -> None:
    for place, value in enumerate(values):
        if value in values[:place]:
            raise InvalidRequest(f"{field}[{place}].{name}", f"{value[:40]!r} is there twice")


def _primary(field: str, one: experiment_pb2.Experiment) -> Primary:
    if not one.primary.metric:
        raise InvalidRequest(f"{field}.metric", f"is required: one of {', '.join(METRICS)}")
    minutes = one.primary.window_minutes
    return Primary(
        metric=one_of(f"{field}.metric", one.primary.metric, METRICS),
        window_minutes=_within(f"{field}.window_minutes", minutes, (0.0, WINDOW_MINUTES_MAX)),
        direction=_named(f"{field}.direction", one.primary.direction, _DIRECTIONS),
    )


def _guard_rails(field: str, rails: Sequence[experiment_pb2.GuardRail]) -> tuple[GuardRail, ...]:
    at_most(field, rails, GUARD_RAILS_MAX)
    found = tuple(
        GuardRail(
            metric=one_of(f"{field}[{place}].metric", rail.metric, METRICS),
            worst_relative=_within(
                f"{field}[{place}].worst_relative", rail.worst_relative, WORST_RELATIVE
            ),
        )
        for place, rail in enumerate(rails)
    )
    _check_unique(field, "metric", [rail.metric for rail in found])
    return found


def _times(place: str, one: experiment_pb2.Experiment) -> tuple[int, int]:
    """Return start and end in milliseconds, 0 for what is not given."""
    start_ms, end_ms = (
        checked_time_ms(f"{place}.{name}", getattr(one, name)) if one.HasField(name) else 0
        for name in ("start_time", "end_time")
    )
    if start_ms < 0:
        raise InvalidRequest(f"{place}.start_time", "is before 1970")
    if one.HasField("end_time") and end_ms <= start_ms:
        raise InvalidRequest(f"{place}.end_time", "is not after the start_time")
    return start_ms, end_ms


def _named(field: str, number: int, known: dict[int, str]) -> str:
    if number not in known:
        raise InvalidRequest(field, f"has no value {number}")
    return known[number]


def _within(field: str, number: float, ends: tuple[float, float]) -> float:
    if not ends[0] <= finite(field, number) <= ends[1]:
        raise InvalidRequest(field, f"is {number:g}; {ends[0]:g} to {ends[1]:g} is possible")
    return number


def _count(field: str, number: int, ends: tuple[int, int]) -> int:
    if not ends[0] <= number <= ends[1]:
        raise InvalidRequest(field, f"is {number:,}; {ends[0]:,} to {ends[1]:,} is possible")
    return number


def _currency(field: str, code: str) -> str:
    if not _CURRENCY.fullmatch(code):
        raise InvalidRequest(field, "is not three capital letters, such as EUR")
    return code
