"""Write experiments, and read them."""

from __future__ import annotations

from headwater.experiments import (
    Experiment,
    ExperimentAnswer,
    ExperimentArm,
    ExperimentPage,
    ExperimentState,
    ExperimentUnit,
    ExperimentVerdict,
    GuardRail,
    MetricDirection,
    PrimaryMetric,
)
from headwater.v1 import experiment_pb2 as pb
from headwater.v1 import experiment_service_pb2 as service_pb
from headwater.wire.fields import built
from headwater.wire.values import set_time, to_ids, to_time

UNITS = {
    ExperimentUnit.VISITOR: pb.EXPERIMENT_UNIT_VISITOR,
    ExperimentUnit.USER: pb.EXPERIMENT_UNIT_USER,
}
DIRECTIONS = {
    MetricDirection.INCREASE: pb.METRIC_DIRECTION_INCREASE,
    MetricDirection.DECREASE: pb.METRIC_DIRECTION_DECREASE,
}
STATES = {
    pb.EXPERIMENT_STATE_SCHEDULED: ExperimentState.SCHEDULED,
    pb.EXPERIMENT_STATE_RUNNING: ExperimentState.RUNNING,
    pb.EXPERIMENT_STATE_ENDED: ExperimentState.ENDED,
    pb.EXPERIMENT_STATE_STOPPED: ExperimentState.STOPPED,
}
VERDICTS = {
    pb.EXPERIMENT_VERDICT_NOT_STARTED: ExperimentVerdict.NOT_STARTED,
    pb.EXPERIMENT_VERDICT_TOO_FEW_VISITORS: ExperimentVerdict.TOO_FEW_VISITORS,
    pb.EXPERIMENT_VERDICT_NO_DIFFERENCE_SEEN: ExperimentVerdict.NO_DIFFERENCE_SEEN,
    pb.EXPERIMENT_VERDICT_BETTER: ExperimentVerdict.BETTER,
    pb.EXPERIMENT_VERDICT_WORSE: ExperimentVerdict.WORSE,
    pb.EXPERIMENT_VERDICT_GUARD_RAIL_CROSSED: ExperimentVerdict.GUARD_RAIL_CROSSED,
    pb.EXPERIMENT_VERDICT_SAMPLE_RATIO_ALARM: ExperimentVerdict.SAMPLE_RATIO_ALARM,
}
UNIT_OF = {number: unit for unit, number in UNITS.items()}
DIRECTION_OF = {number: direction for direction, number in DIRECTIONS.items()}


def to_experiment(one: Experiment) -> pb.Experiment:
    """Return the experiment as a message, without what is only in answers."""
    return built(pb.Experiment,
        experiment_id=one.experiment_id,
        layer=one.layer,
        salt=one.salt,
        unit=UNITS[one.unit],
        placements=to_ids("placements", one.placements),
        share=one.share,
        arms=[pb.ExperimentArm(arm_id=a.arm_id, policy_id=a.policy_id, weight=a.weight)
              for a in one.arms],
        primary=pb.PrimaryMetric(
            metric=one.primary.metric,
            window_minutes=one.primary.window_minutes,
            direction=DIRECTIONS[one.primary.direction],
        ),
        guard_rails=[pb.GuardRail(metric=rail.metric, worst_relative=rail.worst_relative)
                     for rail in one.guard_rails],
        level=one.level,
        visitors_planned=one.visitors_planned,
        start_time=to_time("start_time", one.start_time),
        end_time=to_time("end_time", one.end_time),
        visitors_max=one.visitors_max,
        auto_promote=one.auto_promote,
        currency_code=one.currency_code,
    )  # fmt: skip


def from_experiment(one: pb.Experiment) -> Experiment:
    """Read an experiment."""
    primary = one.primary
    return Experiment(
        experiment_id=one.experiment_id,
        arms=tuple(map(_arm, one.arms)),
        primary=PrimaryMetric(
            primary.metric,
            primary.window_minutes,
            DIRECTION_OF.get(primary.direction, MetricDirection.INCREASE),
        ),
        guard_rails=tuple(GuardRail(rail.metric, rail.worst_relative) for rail in one.guard_rails),
        layer=one.layer,
        salt=one.salt,
        unit=UNIT_OF.get(one.unit, ExperimentUnit.VISITOR),
        placements=tuple(one.placements),
        share=one.share,
        level=one.level,
        visitors_planned=one.visitors_planned,
        start_time=set_time(one, "start_time"),
        end_time=set_time(one, "end_time"),
        visitors_max=one.visitors_max,
        auto_promote=one.auto_promote,
        currency_code=one.currency_code,
        state=STATES.get(one.state),
        create_time=set_time(one, "create_time"),
        stop_time=set_time(one, "stop_time"),
        stop_reason=one.stop_reason,
        winner_arm_id=one.winner_arm_id,
        layer_ranges=tuple((part.start, part.end) for part in one.layer_ranges),
        full=one.full,
        who=one.who,
        verdict=VERDICTS.get(one.verdict),
    )


def _arm(one: pb.ExperimentArm) -> ExperimentArm:
    return ExperimentArm(
        arm_id=one.arm_id,
        policy_id=one.policy_id,
        weight=one.weight,
        close_reason=one.close_reason,
        close_time=set_time(one, "close_time"),
        visitors=one.visitors,
    )


def experiment_answer(
    response: service_pb.CreateExperimentResponse | service_pb.StopExperimentResponse,
) -> ExperimentAnswer:
    """Read the experiment that was created or stopped."""
    return ExperimentAnswer(from_experiment(response.experiment), response.offset)


def experiment_page(response: service_pb.ListExperimentsResponse) -> ExperimentPage:
    """Read a page of experiments."""
    return ExperimentPage(
        tuple(map(from_experiment, response.experiments)), response.next_page_token
    )
