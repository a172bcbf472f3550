"""ModelService: translates reports of hold-outs into lifts, with a sentence for each."""

from __future__ import annotations

from headwater.v1 import performance_pb2
from headwater_server.api.translate.values import time_message
from headwater_server.engine.experiments.reports import ArmReport, ExperimentReport, MetricOfArm

LIFTED = ("act_rate", "acts", "purchases", "revenue")
WORDS = {
    "act_rate": "visitors who interact",
    "acts": "interactions of a visitor",
    "purchases": "orders of a visitor",
    "revenue": "revenue of a visitor",
}


def hold_out_message(report: ExperimentReport) -> performance_pb2.HoldOut:
    """Return what a hold-out says: its control gets popular items, its second arm ours."""
    view = report.view
    control, own = report.arms[0], report.arms[1]
    weights = sum(arm.weight for arm in view.experiment.arms)
    share = view.experiment.share * view.experiment.arms[0].weight / weights
    return performance_pb2.HoldOut(
        experiment_id=view.experiment.experiment_id,
        state=view.state,
        share=share,
        start_time=time_message(max(view.create_time_ms, view.experiment.start_time_ms)),
        control_visitors=control.visitors,
        visitors=own.visitors,
        lifts=[_lift(report, control, own, name) for name in LIFTED],
    )


def _lift(
    report: ExperimentReport, control: ArmReport, own: ArmReport, name: str
) -> performance_pb2.Lift:
    before, after = _metric(control, name), _metric(own, name)
    return performance_pb2.Lift(
        metric=name,
        control=before.mean,
        value=after.mean,
        lift=after.relative,
        low=after.relative_low,
        high=after.relative_high,
        text=words(name, after.relative_low, after.relative_high),
        currency_code=report.currency_code if name == "revenue" else "",
    )


def _metric(arm: ArmReport, name: str) -> MetricOfArm:
    return next(one for one in arm.metrics if one.metric == name)


def words(metric: str, low: float | None, high: float | None) -> str:
    """Return what an interval of a lift says.

    >>> words("revenue", 0.02, 0.09)
    'revenue of a visitor: between +2.0 % and +9.0 % more than without recommendations'
    >>> words("acts", -0.01, 0.02)
    'interactions of a visitor: between -1.0 % and +2.0 %, so no difference is shown yet'
    >>> words("purchases", None, None)
    'orders of a visitor: too few visitors to say anything yet'
    """
    what = WORDS[metric]
    if low is None or high is None:
        return f"{what}: too few visitors to say anything yet"
    ends = f"{what}: between {100 * low:+.1f} % and {100 * high:+.1f} %"
    if low > 0.0:
        return f"{ends} more than without recommendations"
    if high < 0.0:
        return f"{ends}, so fewer than without recommendations"
    return f"{ends}, so no difference is shown yet"
