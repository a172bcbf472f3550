"""The report of an experiment for people: the decision, the arms, the guard rails, the notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater_server.cli.experimenting.interval_plot import interval_plot
from headwater_server.cli.experimenting.tables import show_table, time

if TYPE_CHECKING:
    from headwater import ArmFigures, ExperimentReport, MetricFigures


def show_report(report: ExperimentReport) -> None:
    """Print the figures, with the intervals on one axis."""
    one = report.experiment
    state = one.state.value if one.state else ""
    print(f"{one.experiment_id}: {state}, at {time(report.report_time)}, offset={report.offset}")
    print(f"verdict: {report.verdict.value if report.verdict else 'none'}")
    for place, metric in enumerate(_names(report)):
        _show_metric(report, place, metric)
    print(_ratio(report))
    if report.visitors_to_go is not None:
        print(f"about {report.visitors_to_go:,} more visitors until a difference like this shows")
    for arm in report.arms[1:]:
        _show_promotion(arm)
    for note in report.notes:
        print(f"note: {note}")


def _names(report: ExperimentReport) -> list[str]:
    return [figures.metric for figures in report.arms[0].metrics] if report.arms else []


def _show_metric(report: ExperimentReport, place: int, metric: str) -> None:
    figures = [arm.metrics[place] for arm in report.arms]
    unit = f" ({report.currency_code})" if metric == "revenue" and report.currency_code else ""
    kind = "primary metric" if metric == report.experiment.primary.metric else "also"
    rail = figures[-1].worst_relative
    kind = kind if rail is None else f"guard rail {rail:+.1%}"
    print(f"\n{metric}{unit}, {kind}; intervals are valid at every look, level {report.level:.4g}")
    plots = interval_plot([_interval(one) for one in figures])
    rows = [_row(*each) for each in zip(report.arms, figures, plots, strict=True)]
    columns = ("arm", "visitors", "mean", "difference", "interval", "better", "verdict", "plot")
    show_table(columns, rows)


def _interval(one: MetricFigures) -> tuple[float | None, float | None, float | None]:
    return one.low, one.difference, one.high


def _row(arm: ArmFigures, one: MetricFigures, plot: str) -> tuple[str, ...]:
    is_control = one.difference is None and one.verdict is None
    return (
        arm.arm_id + (" (closed)" if arm.close_reason else ""),
        f"{arm.visitors:,}",
        _figure(one.mean, one.standard_error),
        "control" if is_control else _signed(one.difference, one.relative),
        "" if is_control else _ends(one.low, one.high),
        "" if one.probability_better is None else f"{one.probability_better:.0%}",
        "crossed" if one.crossed else (one.verdict.value if one.verdict else ""),
        plot,
    )


def _figure(mean: float | None, error: float | None) -> str:
    if mean is None:
        return "-"
    return f"{mean:.4g}" + ("" if error is None else f" ± {error:.2g}")


def _signed(difference: float | None, relative: float | None) -> str:
    if difference is None:
        return "-"
    return f"{difference:+.3g}" + ("" if relative is None else f" ({relative:+.1%})")


def _ends(low: float | None, high: float | None) -> str:
    return "-" if low is None and high is None else f"{_end(low)} to {_end(high)}"


def _end(value: float | None) -> str:
    return "?" if value is None else f"{value:+.3g}"


def _ratio(report: ExperimentReport) -> str:
    ratio = report.sample_ratio
    if ratio.alarm:
        return (
            f"\nsample ratio: ALARM (evidence {ratio.e_value:.3g}). The arms do not have the "
            "visitors that their weights say: the figures are void"
        )
    return f"\nsample ratio: as planned (evidence {ratio.e_value:.3g}; 100 is an alarm)"


def _show_promotion(arm: ArmFigures) -> None:
    if arm.close_reason:
        print(f"{arm.arm_id} was closed {time(arm.close_time)}: {arm.close_reason}")
    if not arm.promotion_blockers:
        print(f"{arm.arm_id} may be promoted")
        return
    for blocker in arm.promotion_blockers:
        print(f"{arm.arm_id} may not be promoted: {blocker}")
