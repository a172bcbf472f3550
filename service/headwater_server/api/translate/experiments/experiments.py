"""ExperimentService: translates experiments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater.v1 import experiment_pb2
from headwater.v1 import experiment_service_pb2 as pb
from headwater_server.api.translate.checks import page_size, required, short_text
from headwater_server.api.translate.experiments.fields import checked
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.api.translate.values import time_message
from headwater_server.engine.experiments import reports
from headwater_server.engine.experiments.reports import ArmView, ExperimentView
from headwater_server.engine.messages import experiments as engine
from headwater_server.engine.messages.experiments import ExperimentStop
from headwater_server.replica.experiments.answers import ExperimentAnswer, ExperimentsAnswer

PAGE_DEFAULT = 50
PAGE_MAX = 500
STATES = {
    reports.SCHEDULED: experiment_pb2.EXPERIMENT_STATE_SCHEDULED,
    reports.RUNNING: experiment_pb2.EXPERIMENT_STATE_RUNNING,
    reports.ENDED: experiment_pb2.EXPERIMENT_STATE_ENDED,
    reports.STOPPED: experiment_pb2.EXPERIMENT_STATE_STOPPED,
}
VERDICTS = {
    "": experiment_pb2.EXPERIMENT_VERDICT_UNSPECIFIED,
    reports.NOT_STARTED: experiment_pb2.EXPERIMENT_VERDICT_NOT_STARTED,
    reports.TOO_FEW: experiment_pb2.EXPERIMENT_VERDICT_TOO_FEW_VISITORS,
    reports.NO_DIFFERENCE: experiment_pb2.EXPERIMENT_VERDICT_NO_DIFFERENCE_SEEN,
    reports.BETTER: experiment_pb2.EXPERIMENT_VERDICT_BETTER,
    reports.WORSE: experiment_pb2.EXPERIMENT_VERDICT_WORSE,
    reports.CROSSED: experiment_pb2.EXPERIMENT_VERDICT_GUARD_RAIL_CROSSED,
    reports.WRONG_RATIO: experiment_pb2.EXPERIMENT_VERDICT_SAMPLE_RATIO_ALARM,
}
UNITS = {
    engine.VISITOR: experiment_pb2.EXPERIMENT_UNIT_VISITOR,
    engine.USER: experiment_pb2.EXPERIMENT_UNIT_USER,
}
DIRECTIONS = {
    engine.INCREASE: experiment_pb2.METRIC_DIRECTION_INCREASE,
    engine.DECREASE: experiment_pb2.METRIC_DIRECTION_DECREASE,
}


def create_experiment_response(answer: ExperimentAnswer) -> pb.CreateExperimentResponse:
    """Return the experiment as it was created."""
    experiment = experiment_message(answer.experiment)
    return pb.CreateExperimentResponse(experiment=experiment, offset=answer.offset)


def get_experiment_request(request: pb.GetExperimentRequest) -> str:
    """Return the requested id."""
    return required("experiment_id", request.experiment_id)


def get_experiment_response(answer: ExperimentAnswer) -> pb.GetExperimentResponse:
    """Return the experiment."""
    experiment = experiment_message(answer.experiment)
    return pb.GetExperimentResponse(experiment=experiment, offset=answer.offset)


def list_experiments_request(request: pb.ListExperimentsRequest) -> tuple[str, int]:
    """Return the experiment that the page starts after, and the page's size."""
    size = page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX)
    return after_item_id(request.page_token), size


def list_experiments_response(
    answer: ExperimentsAnswer, size: int, bytes_max: int = PAGE_BYTES_MAX
) -> pb.ListExperimentsResponse:
    """Return ``size`` of the experiments, or as many as fit."""
    page = as_many_as_fit(map(experiment_message, answer.experiments[:size]), bytes_max)
    more = len(answer.experiments) > len(page)
    return pb.ListExperimentsResponse(
        experiments=page,
        next_page_token=page_token(page[-1].experiment_id) if more else "",
        offset=answer.offset,
    )


def stop_experiment_request(request: pb.StopExperimentRequest) -> ExperimentStop:
    """Return what to stop, and why."""
    experiment_id = required("experiment_id", request.experiment_id)
    arm_id = short_text("arm_id", request.arm_id)
    return checked(ExperimentStop(experiment_id, arm_id, request.reason))


def stop_experiment_response(answer: ExperimentAnswer) -> pb.StopExperimentResponse:
    """Return the experiment as it is now."""
    experiment = experiment_message(answer.experiment)
    return pb.StopExperimentResponse(experiment=experiment, offset=answer.offset)


def experiment_message(view: ExperimentView) -> experiment_pb2.Experiment:
    """Return an experiment as a message."""
    one = view.experiment
    return experiment_pb2.Experiment(
        experiment_id=one.experiment_id,
        layer=one.layer,
        salt=one.salt,
        unit=UNITS[one.unit],
        placements=one.placements,
        share=one.share,
        arms=map(_arm, view.arms),
        primary=experiment_pb2.PrimaryMetric(
            metric=one.primary.metric,
            window_minutes=one.primary.window_minutes,
            direction=DIRECTIONS[one.primary.direction],
        ),
        guard_rails=_guard_rails(one.guard_rails),
        level=one.level,
        visitors_planned=one.visitors_planned,
        start_time=time_message(one.start_time_ms),
        end_time=time_message(one.end_time_ms),
        visitors_max=one.visitors_max,
        auto_promote=one.auto_promote,
        currency_code=one.currency_code,
        state=STATES[view.state],
        create_time=time_message(view.create_time_ms),
        stop_time=time_message(view.stop_time_ms),
        stop_reason=view.stop_reason,
        winner_arm_id=view.winner,
        layer_ranges=[experiment_pb2.LayerRange(start=a, end=b) for a, b in view.ranges],
        full=view.is_full,
        who=view.who,
        verdict=VERDICTS[view.verdict],
    )


def _arm(arm: ArmView) -> experiment_pb2.ExperimentArm:
    return experiment_pb2.ExperimentArm(
        arm_id=arm.arm_id,
        policy_id=arm.policy_id,
        weight=arm.weight,
        close_reason=arm.close_reason,
        close_time=time_message(arm.close_time_ms),
        visitors=arm.visitors,
    )


def _guard_rails(rails: Sequence[engine.GuardRail]) -> Iterable[experiment_pb2.GuardRail]:
    return [
        experiment_pb2.GuardRail(metric=rail.metric, worst_relative=rail.worst_relative)
        for rail in rails
    ]
