"""The experiments whose control gets the most popular items."""

from __future__ import annotations

from collections.abc import Iterator

from headwater_server.engine.experiments.counts.days import POPULAR
from headwater_server.engine.experiments.lift.reports import Days
from headwater_server.engine.experiments.reports import ExperimentReport
from headwater_server.replica.ports.state_machine import StateMachine


def hold_outs(engine: StateMachine, days: Days | None = None) -> Iterator[ExperimentReport]:
    """Yield their reports, the latest first: each takes a moment.

    ``days``: those whose lift is asked for beside that of all time.
    """
    lookups = engine.lookups
    names = [
        view.experiment.experiment_id
        for view in lookups.experiments()
        if view.experiment.arms[0].policy_id == POPULAR
    ]
    for name in reversed(names):
        report = lookups.experiment_report(name, days)
        if report is not None:
            yield report
