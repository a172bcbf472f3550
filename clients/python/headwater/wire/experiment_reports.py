"""Read what experiments and evaluations say."""

from __future__ import annotations

from google.protobuf.message import Message

from headwater.experiment_reports import (
    ArmComparison,
    ArmFigures,
    ArmMetric,
    EvaluatedPolicy,
    Evaluation,
    EvaluationPage,
    ExperimentLook,
    ExperimentReport,
    ExperimentVerdict,
    SampleRatio,
)
from headwater.experiments import ExperimentState
from headwater.v1 import experiment_report_pb2 as pb
from headwater.v1 import experiment_service_pb2 as service_pb
from headwater.wire.experiments import STATES
from headwater.wire.values import from_time

VERDICTS = {
    pb.EXPERIMENT_VERDICT_NO_DIFFERENCE_SEEN: ExperimentVerdict.NO_DIFFERENCE_SEEN,
    pb.EXPERIMENT_VERDICT_BETTER: ExperimentVerdict.BETTER,
    pb.EXPERIMENT_VERDICT_WORSE: ExperimentVerdict.WORSE,
    pb.EXPERIMENT_VERDICT_VOID: ExperimentVerdict.VOID,
}


def report(response: service_pb.GetExperimentReportResponse) -> ExperimentReport:
    """Read a report."""
    one = response.report
    return ExperimentReport(
        experiment_id=one.experiment_id,
        state=STATES.get(one.state, ExperimentState.RUNNING),
        arms=tuple(map(_arm, one.arms)),
        comparisons=tuple(map(_comparison, one.comparisons)),
        sample_ratio=SampleRatio(one.sample_ratio.e_value, one.sample_ratio.alarm),
        verdict=_verdict(one.verdict),
        visitors_to_go=one.visitors_to_go,
        visitors_refused=one.visitors_refused,
        report_time=from_time(one.report_time),
        digest=one.digest,
        offset=response.offset,
    )


def _verdict(verdict: pb.ExperimentVerdict.ValueType) -> ExperimentVerdict:
    return VERDICTS.get(verdict, ExperimentVerdict.NO_DIFFERENCE_SEEN)


def _number(message: Message, name: str) -> float | None:
    return float(getattr(message, name)) if message.HasField(name) else None


def _arm(one: pb.ArmFigures) -> ArmFigures:
    return ArmFigures(
        arm_id=one.arm_id,
        policy_id=one.policy_id,
        visitors=one.visitors,
        metrics=tuple(map(_metric, one.metrics)),
        close_reason=one.close_reason,
        promotion_blockers=tuple(one.promotion_blockers),
    )


def _metric(one: pb.ArmMetric) -> ArmMetric:
    return ArmMetric(
        metric=one.metric,
        currency_code=one.currency_code,
        mean=one.mean,
        standard_error=_number(one, "standard_error"),
        mean_cuped=_number(one, "mean_cuped"),
        standard_error_cuped=_number(one, "standard_error_cuped"),
    )


def _comparison(one: pb.ArmComparison) -> ArmComparison:
    return ArmComparison(
        metric=one.metric,
        arm_id=one.arm_id,
        difference=_number(one, "difference"),
        relative=_number(one, "relative"),
        low=_number(one, "low"),
        high=_number(one, "high"),
        low_fixed=_number(one, "low_fixed"),
        high_fixed=_number(one, "high_fixed"),
        probability_better=_number(one, "probability_better"),
        expected_loss=_number(one, "expected_loss"),
        variance_saved=one.variance_saved,
        verdict=_verdict(one.verdict),
        worst_relative=_number(one, "worst_relative"),
        crossed=one.crossed,
        looks=tuple(map(_look, one.looks)),
    )


def _look(one: pb.ExperimentLook) -> ExperimentLook:
    when = from_time(one.look_time)
    return ExperimentLook(when, one.visitors, one.difference, one.low, one.high)


def evaluation_page(response: service_pb.ListEvaluationsResponse) -> EvaluationPage:
    """Read a page of evaluations."""
    return EvaluationPage(tuple(map(_evaluation, response.evaluations)), response.next_page_token)


def _evaluation(one: pb.Evaluation) -> Evaluation:
    return Evaluation(
        evaluation_id=one.evaluation_id,
        create_time=from_time(one.create_time),
        metric=one.metric,
        placement=one.placement,
        from_offset=one.from_offset,
        until_offset=one.until_offset,
        level=one.level,
        policies=tuple(map(_evaluated, one.policies)),
        report_json=one.report_json,
    )


def _evaluated(one: pb.EvaluatedPolicy) -> EvaluatedPolicy:
    return EvaluatedPolicy(
        policy_id=one.policy_id,
        verdict=one.verdict,
        value=_number(one, "value"),
        low=_number(one, "low"),
        high=_number(one, "high"),
        effective_share=one.effective_share,
        visitors_needed=one.visitors_needed,
    )
