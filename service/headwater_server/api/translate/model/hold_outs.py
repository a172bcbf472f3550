"""ModelService: translates reports of hold-outs into lifts, with a sentence for each."""

from __future__ import annotations

from headwater.v1 import performance_pb2
from headwater_server.api.translate.values import clipped_time, time_message
from headwater_server.engine.experiments.lift.reports import (
    BEFORE,
    CLOSED,
    NOT_KEPT,
    NOT_YET,
    OVER,
    RUNNING,
    LiftOfDays,
    MeasuredLift,
)
from headwater_server.engine.experiments.reports import ArmReport, ExperimentReport, MetricOfArm
from headwater_server.engine.figures.asking import KeptDays

LIFTED = ("act_rate", "acts", "purchases", "revenue")
WORDS = {
    "click_through": "click-through",
    "act_rate": "visitors who interact",
    "acts": "interactions of a visitor",
    "purchases": "orders of a visitor",
    "revenue": "revenue of a visitor",
}
_OF_DAYS = {
    RUNNING: (
        "What all visitors who had entered by the end of these days did on them. Each interval "
        "holds for this period, whenever you look; of many periods, some differ by chance alone."
    ),
    BEFORE: "The hold-out began after this period: it has no lift.",
    NOT_YET: "This period has not begun, or the hold-out has not: there is no lift yet.",
    OVER: "The hold-out ended before this period: it has no lift.",
    CLOSED: (
        "An arm of the hold-out was closed before this period, or on the first of its days: the "
        "period has no lift."
    ),
    NOT_KEPT: "The days of this period are no longer kept (figures_days): they have no lift.",
}


def hold_out_message(report: ExperimentReport, days: KeptDays) -> performance_pb2.HoldOut:
    """Return what a hold-out says: its control gets popular items, its second arm ours."""
    view = report.view
    control, own = report.arms[0], report.arms[1]
    weights = sum(arm.weight for arm in view.experiment.arms)
    share = view.experiment.share * view.experiment.arms[0].weight / weights
    lifts = report.lifts
    of_days = lifts.of_days if lifts else None
    clicks = [_measured(lifts.click_through)] if lifts else []
    return performance_pb2.HoldOut(
        experiment_id=view.experiment.experiment_id,
        state=view.state,
        share=share,
        start_time=time_message(max(view.create_time_ms, view.experiment.start_time_ms)),
        control_visitors=control.visitors,
        visitors=own.visitors,
        lifts=[*clicks, *(_lift(report, control, own, name) for name in LIFTED)],
        period=None if of_days is None else _period(of_days, report.currency_code, days),
    )


def _period(found: LiftOfDays, code: str, days: KeptDays) -> performance_pb2.HoldOutPeriod:
    control, own = found.visitors
    return performance_pb2.HoldOutPeriod(
        start_time=clipped_time(days.begin_ms(found.first)),
        end_time=clipped_time(days.begin_ms(found.last + 1)),
        control_visitors=control,
        visitors=own,
        lifts=[_measured(one, code) for one in found.lifts],
        text=_OF_DAYS[found.status],
    )


def _measured(one: MeasuredLift, code: str = "") -> performance_pb2.Lift:
    return performance_pb2.Lift(
        metric=one.metric,
        control=one.control,
        value=one.value,
        lift=one.lift,
        low=one.low,
        high=one.high,
        text=words(one.metric, one.low, one.high),
        currency_code=code if one.metric == "revenue" else "",
    )


def _lift(
    report: ExperimentReport, control: ArmReport, own: ArmReport, name: str
) -> performance_pb2.Lift:
    before, after = _metric(control, name), _metric(own, name)
    ends = after.relative_low, after.relative_high
    found = MeasuredLift(name, before.mean, after.mean, after.relative, *ends)
    return _measured(found, report.currency_code)


def _metric(arm: ArmReport, name: str) -> MetricOfArm:
    return next(one for one in arm.metrics if one.metric == name)


def words(metric: str, low: float | None, high: float | None) -> str:
    """Return what an interval of a lift says.

    >>> words("revenue", 0.02, 0.09)
    'revenue of a visitor: between +2.0 % and +9.0 % more than without recommendations'
    >>> words("acts", -0.01, 0.02)
    'interactions of a visitor: between -1.0 % and +2.0 %, so no difference is shown yet'
    >>> words("purchases", None, None)
    'orders of a visitor: too little is known to say anything yet'
    """
    what = WORDS[metric]
    if low is None or high is None:
        return f"{what}: too little is known to say anything yet"
    ends = f"{what}: between {100 * low:+.1f} % and {100 * high:+.1f} %"
    if low > 0.0:
        return f"{ends} more than without recommendations"
    if high < 0.0:
        return f"{ends}, so fewer than without recommendations"
    return f"{ends}, so no difference is shown yet"
