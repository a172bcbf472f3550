"""The hold-out: some visitors get the most popular items, so that the lift can be measured."""

from __future__ import annotations

import asyncio

import structlog

from headwater_server.engine.experiments.counts.days import POPULAR
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentWrite,
    Primary,
)
from headwater_server.errors import (
    DeadlineExceeded,
    HeadwaterError,
    Overloaded,
    StoreUnavailable,
)
from headwater_server.replica.experiments.experiment_reads import ExperimentReads
from headwater_server.replica.experiments.experiment_writes import ExperimentWrites

HOLD_OUT = "hold-out"
BESIDE = 4
"""So many times as many visitors are compared with it: more of them narrow the interval little."""
WAIT_S = 5.0
AGAIN_S = 30.0
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


class HoldOut:
    """Puts the hold-out of the settings on the log; no trouble with it keeps a server away."""

    def __init__(self, reads: ExperimentReads, writes: ExperimentWrites, share: float) -> None:
        """Do nothing yet, and nothing at all where ``share`` is 0."""
        self._reads = reads
        self._writes = writes
        self._share = share
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Put it on the log, unless there is one already, running or stopped.

        If the store does not take it now, this goes on later, until it does.
        """
        if self._share and not await self._has_begun():
            self._task = asyncio.create_task(self._begin_later())

    async def stop(self) -> None:
        """Try no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _begin_later(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_S)
            if await self._has_begun():
                return

    async def _has_begun(self) -> bool:
        """Return whether nothing is left to do."""
        known = self._reads.experiments("", 1_000_000).experiments
        if any(one.experiment.experiment_id == HOLD_OUT for one in known):
            return True
        try:
            await self._writes.create(ExperimentWrite(hold_out_experiment(self._share)), WAIT_S)
        except (StoreUnavailable, DeadlineExceeded, Overloaded) as error:
            _log.warning("the hold-out cannot begin yet: again later", reason=str(error))
            return False
        except HeadwaterError as error:
            _log.warning("hold_out is set, and no hold-out can begin", reason=str(error))
        else:
            _log.info("the hold-out has begun", share=self._share)
        return True
