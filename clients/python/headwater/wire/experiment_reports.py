"""Read what experiments and evaluations say."""

from __future__ import annotations

from google.protobuf.message import Message

from headwater.experiment_reports import (
    ArmFigures,
    EvaluatedPolicy,
    Evaluation,
    EvaluationPage,
    ExperimentLook,
    ExperimentReport,
    MetricFigures,
    PromotionBlocker,
    SampleRatio,
    Shadow,
    ShadowFigure,
)
from headwater.v1 import experiment_report_pb2 as pb
from headwater.v1 import experiment_service_pb2 as service_pb
from headwater.wire.experiments import VERDICTS, from_experiment
from headwater.wire.values import from_time, set_time


def report(response: service_pb.GetExperimentReportResponse) -> ExperimentReport:
    """Read a report."""
    one = response.report
    return ExperimentReport(
        experiment=from_experiment(one.experiment),
        arms=tuple(map(_arm, one.arms)),
        sample_ratio=SampleRatio(one.sample_ratio.e_value, one.sample_ratio.alarm),
        verdict=VERDICTS.get(one.verdict),
        level=one.level,
        visitors_to_go=one.visitors_to_go if one.HasField("visitors_to_go") else None,
        currency_code=one.currency_code,
        looks=tuple(map(_look, one.looks)),
        notes=tuple(one.notes),
        report_time=from_time(one.report_time),
        digest=one.digest,
        offset=response.offset,
    )


def _number(message: Message, name: str) -> float | None:
    return float(getattr(message, name)) if message.HasField(name) else None


def _arm(one: pb.ArmFigures) -> ArmFigures:
    return ArmFigures(
        arm_id=one.arm_id,
        policy_id=one.policy_id,
        visitors=one.visitors,
        metrics=tuple(map(_metric, one.metrics)),
        verdict=VERDICTS.get(one.verdict),
        close_time=set_time(one, "close_time"),
        close_reason=one.close_reason,
        promotion_blockers=tuple(one.promotion_blockers),
        blockers=tuple(PromotionBlocker(each.code, each.text) for each in one.blockers),
    )


def _metric(one: pb.MetricFigures) -> MetricFigures:
    return MetricFigures(
        metric=one.metric,
        mean=_number(one, "mean"),
        standard_error=_number(one, "standard_error"),
        mean_cuped=_number(one, "mean_cuped"),
        difference=_number(one, "difference"),
        relative=_number(one, "relative"),
        low=_number(one, "low"),
        high=_number(one, "high"),
        relative_low=_number(one, "relative_low"),
        relative_high=_number(one, "relative_high"),
        low_fixed=_number(one, "low_fixed"),
        high_fixed=_number(one, "high_fixed"),
        probability_better=_number(one, "probability_better"),
        expected_loss=_number(one, "expected_loss"),
        variance_saved=_number(one, "variance_saved"),
        capped_at=_number(one, "capped_at"),
        verdict=VERDICTS.get(one.verdict),
        worst_relative=_number(one, "worst_relative"),
        crossed=one.crossed,
    )


def _look(one: pb.ExperimentLook) -> ExperimentLook:
    return ExperimentLook(
        look_time=from_time(one.look_time),
        arm_id=one.arm_id,
        visitors=one.visitors,
        difference=_number(one, "difference"),
        low=_number(one, "low"),
        high=_number(one, "high"),
    )


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
        shadow=_shadow(one.shadow) if one.HasField("shadow") else None,
    )


def _shadow(one: pb.Shadow) -> Shadow:
    return Shadow(
        policy_id=one.policy_id,
        own_state=one.own_state,
        folded_time=from_time(one.folded_time),
        entries_behind=one.entries_behind,
        caught_up=one.caught_up,
        publish_seconds=one.publish_seconds,
        answers_late=one.answers_late,
        figures=tuple(map(_shadow_figure, one.figures)),
        drift_alarms_worse=one.drift_alarms_worse,
        champion_drift_alarms_worse=one.champion_drift_alarms_worse,
    )


def _shadow_figure(one: pb.ShadowFigure) -> ShadowFigure:
    return ShadowFigure(
        name=one.name,
        count=one.count,
        value=_number(one, "value"),
        low=_number(one, "low"),
        high=_number(one, "high"),
        champion=_number(one, "champion"),
        champion_low=_number(one, "champion_low"),
        champion_high=_number(one, "champion_high"),
        difference=_number(one, "difference"),
        difference_low=_number(one, "difference_low"),
        difference_high=_number(one, "difference_high"),
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
        problems=tuple(one.problems),
    )
