"""The present day's figures and the lift, for /metrics."""

from __future__ import annotations

from headwater_server.engine.experiments.reports import ExperimentReport
from headwater_server.engine.figures.asking import PLACEMENT, POLICY, Question
from headwater_server.engine.figures.levels import Level
from headwater_server.engine.figures.money import MILLION
from headwater_server.observability.measurements import Paying
from headwater_server.replica.operators.hold_outs import hold_outs
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.steps import in_steps

_NAMES = {
    "lists": "lists",
    "impressions": "slots",
    "clicks": "clicks",
    "orders": "orders",
    "visitors": "visitors",
    "buyers": "buyers",
}


async def paying(engine: StateMachine) -> Paying:
    """Return what `Paying` holds, read in short steps; a day without a list has no rows.

    By placement and policy only: a day's items may be a hundred thousand.
    """
    today = engine.lookups.figures.days().today
    by = frozenset({PLACEMENT, POLICY})
    found = (await in_steps(engine.lookups.figures.asked(Question(today, today, by))))[-1]
    of_lists, revenue = {}, {}
    for (_, placement, policy, _), row in found.rows.items():
        if not isinstance(row, Level) or placement is None or policy is None:
            continue
        of_lists[placement, policy] = {name: getattr(row, at) for name, at in _NAMES.items()}
        for code, micros in row.money.items():
            revenue[placement, policy, code] = micros / MILLION
    return Paying(
        of_lists=of_lists,
        revenue=revenue,
        shop_orders=found.shop.orders,
        shop_revenue={code: micros / MILLION for code, micros in found.shop.money.items()},
        lifts=_lifts(await in_steps(hold_outs(engine))),
    )


def _lifts(
    reports: list[ExperimentReport],
) -> dict[tuple[str, str], tuple[float | None, float | None, float | None]]:
    lifts: dict[tuple[str, str], tuple[float | None, float | None, float | None]] = {}
    for report in reports:
        name = report.view.experiment.experiment_id
        if report.lifts is not None:
            clicks = report.lifts.click_through
            lifts[name, clicks.metric] = clicks.lift, clicks.low, clicks.high
        for each in report.arms[1].metrics:
            lifts[name, each.metric] = each.relative, each.relative_low, each.relative_high
    return lifts
