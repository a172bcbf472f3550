"""The experiments whose control gets the most popular items."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from headwater_server.engine.experiments.lift_reports import HoldOutLifts
from headwater_server.engine.experiments.reports import ExperimentReport
from headwater_server.engine.experiments.running import POPULAR
from headwater_server.replica.ports.state_machine import StateMachine


@dataclass(frozen=True, slots=True)
class HoldOutReport:
    """A hold-out's report as an experiment, and what its sums by day say."""

    report: ExperimentReport
    lifts: HoldOutLifts


def hold_outs(engine: StateMachine, days: tuple[int, int] | None = None) -> Iterator[HoldOutReport]:
    """Yield their reports, the latest first: each takes a moment.

    ``days``: the first and the last day whose lift is asked for beside that of all time.
    """
    lookups = engine.lookups
    names = [
        view.experiment.experiment_id
        for view in lookups.experiments()
        if view.experiment.arms[0].policy_id == POPULAR
    ]
    for name in reversed(names):
        report = lookups.experiment_report(name)
        if report is not None:
            yield HoldOutReport(report, lookups.hold_out_lifts(name, days))
