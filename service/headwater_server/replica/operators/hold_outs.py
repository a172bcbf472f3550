"""The experiments whose control gets the most popular items."""

from __future__ import annotations

from collections.abc import Iterator

from headwater_server.engine.experiments.reports import ExperimentReport
from headwater_server.replica.ports.state_machine import StateMachine

POPULAR = "popular"


def hold_outs(engine: StateMachine) -> Iterator[ExperimentReport]:
    """Yield their reports, the latest first: each takes a moment."""
    lookups = engine.lookups
    names = [
        view.experiment.experiment_id
        for view in lookups.experiments()
        if view.experiment.arms[0].policy_id == POPULAR
    ]
    for name in reversed(names):
        report = lookups.experiment_report(name)
        if report is not None:
            yield report
