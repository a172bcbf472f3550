"""The hold-out: some visitors get the most popular items, so that the lift can be measured."""

from __future__ import annotations

import structlog

from headwater_server.engine.experiments.counts.days import POPULAR
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    Primary,
)
from headwater_server.errors import AlreadyExists, FailedPrecondition
from headwater_server.replica.experiments.experiment_reads import ExperimentReads
from headwater_server.replica.experiments.experiment_writes import ExperimentWrites

HOLD_OUT = "hold-out"
BESIDE = 4
"""So many times as many visitors are compared with it: more of them narrow the interval little."""
WAIT_S = 30.0
_log = structlog.get_logger(__name__)


def hold_out_experiment(share: float) -> Experiment:
    """Return the experiment; what is left of its layer is free for others.

    >>> one = hold_out_experiment(0.05)
    >>> [(arm.policy_id, round(arm.weight * one.share, 3)) for arm in one.arms]
    [('popular', 0.05), ('', 0.2)]
    """
    whole = min(1.0, (1 + BESIDE) * share)
    control = share / whole
    arms = ExperimentArm(POPULAR, POPULAR, control), ExperimentArm("ours", "", 1.0 - control)
    return Experiment(HOLD_OUT, arms, share=whole, primary=Primary("revenue"))


async def begin_hold_out(reads: ExperimentReads, writes: ExperimentWrites, share: float) -> None:
    """Put it on the log, unless there is one already, running or stopped; 0: do nothing."""
    if not share or any(
        one.experiment.experiment_id == HOLD_OUT
        for one in reads.experiments("", 1_000_000).experiments
    ):
        return
    try:
        await writes.create(ExperimentWrite(hold_out_experiment(share)), WAIT_S)
    except (AlreadyExists, FailedPrecondition) as error:
        _log.warning("hold_out is set, and no hold-out can begin", reason=str(error))
    else:
        _log.info("the hold-out has begun", share=share)
