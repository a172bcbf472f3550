"""The experiments whose control gets the most popular items."""

from __future__ import annotations

from headwater_server.engine.experiments.reports import ExperimentReport
from headwater_server.replica.ports.state_machine import StateMachine

POPULAR = "popular"


def hold_outs(engine: StateMachine) -> list[ExperimentReport]:
    """Return their reports, the latest first."""
    lookups = engine.lookups
    names = [
        view.experiment.experiment_id
        for view in lookups.experiments()
        if view.experiment.arms[0].policy_id == POPULAR
    ]
    reports = (lookups.experiment_report(name) for name in reversed(names))
    return [report for report in reports if report is not None]
