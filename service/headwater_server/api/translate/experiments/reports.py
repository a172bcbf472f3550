"""ExperimentService: translates the figures of experiments."""

from __future__ import annotations

from headwater.v1 import experiment_report_pb2
from headwater.v1 import experiment_service_pb2 as pb
from headwater_server.api.translate.checks import required, short_text
from headwater_server.api.translate.experiments.experiments import VERDICTS, experiment_message
from headwater_server.api.translate.values import time_message
from headwater_server.engine.experiments import reports
from headwater_server.replica.experiments.answers import ReportAnswer


def get_experiment_report_request(request: pb.GetExperimentReportRequest) -> tuple[str, str]:
    """Return the requested id, and the offset that the report has to be of ("": any)."""
    experiment_id = required("experiment_id", request.experiment_id)
    return experiment_id, short_text("as_of", request.as_of)


def get_experiment_report_response(answer: ReportAnswer) -> pb.GetExperimentReportResponse:
    """Return the report."""
    return pb.GetExperimentReportResponse(
        report=report_message(answer.report), offset=answer.offset
    )


def report_message(report: reports.ExperimentReport) -> experiment_report_pb2.ExperimentReport:
    """Return a report as a message."""
    ratio = report.sample_ratio
    return experiment_report_pb2.ExperimentReport(
        experiment=experiment_message(report.view),
        arms=map(_arm, report.arms),
        sample_ratio=experiment_report_pb2.SampleRatio(e_value=ratio.e_value, alarm=ratio.alarm),
        verdict=VERDICTS[report.verdict],
        level=report.level,
        visitors_to_go=report.visitors_to_go,
        currency_code=report.currency_code,
        looks=map(_look, report.looks),
        notes=report.notes,
        report_time=time_message(report.time_ms),
        digest=report.digest,
    )


def _arm(arm: reports.ArmReport) -> experiment_report_pb2.ArmFigures:
    return experiment_report_pb2.ArmFigures(
        arm_id=arm.arm_id,
        policy_id=arm.policy_id,
        visitors=arm.visitors,
        metrics=map(_metric, arm.metrics),
        verdict=VERDICTS[arm.verdict],
        close_time=time_message(arm.close_time_ms),
        close_reason=arm.close_reason,
        promotion_blockers=arm.promotion_blockers,
        blockers=map(_blocker, arm.promotion_blockers),
    )


def _blocker(reason: str) -> experiment_report_pb2.PromotionBlocker:
    code, _, text = reason.partition(": ")
    return experiment_report_pb2.PromotionBlocker(code=code, text=text)


def _metric(one: reports.MetricOfArm) -> experiment_report_pb2.MetricFigures:
    return experiment_report_pb2.MetricFigures(
        metric=one.metric,
        mean=one.mean,
        standard_error=one.standard_error,
        mean_cuped=one.mean_cuped,
        difference=one.difference,
        relative=one.relative,
        low=one.low,
        high=one.high,
        relative_low=one.relative_low,
        relative_high=one.relative_high,
        low_fixed=one.low_fixed,
        high_fixed=one.high_fixed,
        probability_better=one.probability_better,
        expected_loss=one.expected_loss,
        variance_saved=one.variance_saved,
        capped_at=one.capped_at,
        verdict=VERDICTS[one.verdict],
        worst_relative=one.worst_relative,
        crossed=one.crossed,
    )


def _look(look: reports.Look) -> experiment_report_pb2.ExperimentLook:
    return experiment_report_pb2.ExperimentLook(
        look_time=time_message(look.time_ms),
        arm_id=look.arm_id,
        visitors=look.visitors,
        difference=look.difference,
        low=look.low,
        high=look.high,
    )
