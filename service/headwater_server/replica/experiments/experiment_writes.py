"""Writes policies and experiments: checked against the newest state, then put on the log.

The fold judges the same again, since two writes may meet. What is done already is not written
again, so every call here may be repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from headwater_server.engine.auditing.trail import PROMOTION, TAKEN_BACK
from headwater_server.engine.experiments.judgement import Judgement
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.experiments import (
    ExperimentStop,
    ExperimentWrite,
    PolicyOperation,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
)
from headwater_server.errors import AlreadyExists, FailedPrecondition
from headwater_server.replica.experiments.answers import (
    ExperimentAnswer,
    PolicyAnswer,
    PromotionsAnswer,
)
from headwater_server.replica.experiments.experiment_reads import ExperimentReads
from headwater_server.replica.experiments.refusals import refuse
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.tail.newest_state import newest_state
from headwater_server.replica.tail.tail import Tail
from headwater_server.replica.writes.writes import Writes

Checked = Callable[[], None]


class ExperimentWrites:
    """Each method returns when its operation is applied, with the offset of such a state."""

    def __init__(
        self,
        engine: StateMachine,
        log: Log,
        tail: Tail,
        writes: Writes,
        reads: ExperimentReads,
        *,
        who: str,
        now_ms: Callable[[], int],
    ) -> None:
        """``who``: the name on the log of what an operation without an author of its own sets."""
        self._engine = engine
        self._log = log
        self._tail = tail
        self._writes = writes
        self._reads = reads
        self._who = who
        self._now_ms = now_ms

    async def upsert_policy(self, write: PolicyWrite, time_remaining_s: float) -> PolicyAnswer:
        """Keep a policy; `FailedPrecondition` if it answers or is promoted, and differs."""
        offset = await self._done(write, time_remaining_s)
        return PolicyAnswer(self._reads.policy(write.policy_id), offset)

    async def promote(self, promote: PolicyPromote, time_remaining_s: float) -> PromotionsAnswer:
        """Put a policy in force; `FailedPrecondition` if its report does not support it."""
        offset = await self._done(promote, time_remaining_s)
        return PromotionsAnswer(self._reads.promotions(), offset)

    async def roll_back(
        self, rollback: PolicyRollback, time_remaining_s: float
    ) -> PromotionsAnswer:
        """Take the latest promotion back; `FailedPrecondition` if it is another policy's, or none.

        A policy that was taken back before, and not promoted since, is no error: the answer of an
        earlier call may have been lost. So it is at every replica, also after a restart.
        """
        try:
            offset = await self._done(rollback, time_remaining_s)
        except FailedPrecondition:
            if not self._is_taken_back(rollback.policy_id):
                raise
            offset = self._reads.offset
        return PromotionsAnswer(self._reads.promotions(), offset)

    def _is_taken_back(self, policy_id: str) -> bool:
        """Return whether that is the last that happened to a policy, as far as the state knows."""
        changes = self._engine.lookups.audit().newest({PROMOTION})
        last = next((one.action for one in changes if one.subject == policy_id), "")
        return last == TAKEN_BACK and all(
            one.policy_id != policy_id for one in self._reads.promotions()
        )

    async def create(self, write: ExperimentWrite, time_remaining_s: float) -> ExperimentAnswer:
        """Begin an experiment; `AlreadyExists` if another one has the id."""
        offset = await self._done(write, time_remaining_s)
        found = self._reads.experiment(write.experiment.experiment_id)
        return replace(found, offset=offset)

    async def stop(self, stop: ExperimentStop, time_remaining_s: float) -> ExperimentAnswer:
        """End an experiment, or one of its arms."""
        offset = await self._done(stop, time_remaining_s)
        return replace(self._reads.experiment(stop.experiment_id), offset=offset)

    async def _done(self, operation: PolicyOperation, time_remaining_s: float) -> str:
        """Return the offset of a state in which the operation is done."""
        end_s = await newest_state(self._log, self._tail, time_remaining_s)
        self._reads.check_names(operation)
        judged = self._engine.lookups.judged(operation, self._now_ms())
        if judged.status is Status.EXISTS:
            return self._reads.offset
        self._refuse(operation, judged)
        signed = replace(self._with_digest(operation), who=operation.who or self._who)
        remaining_s = end_s - asyncio.get_running_loop().time()
        done = await self._writes.write([signed], remaining_s)
        outcome = done.outcomes[0]
        self._refuse(operation, Judgement(outcome.status, (outcome.detail,)))
        return done.offset

    def _refuse(self, operation: PolicyOperation, judged: Judgement) -> None:
        if judged.status is not Status.CONFLICT:
            refuse(judged, "experiment." if isinstance(operation, ExperimentWrite) else "")
            return
        if isinstance(operation, ExperimentWrite) and self._reads.is_another(operation.experiment):
            name = operation.experiment.experiment_id
            raise AlreadyExists("experiment.experiment_id", name, "; ".join(judged.reasons))
        raise FailedPrecondition(_subject(operation), judged.reasons)

    def _with_digest(self, operation: PolicyOperation) -> PolicyOperation:
        """Name the report that was read, in a promotion that one supports."""
        if not isinstance(operation, PolicyPromote) or not operation.experiment_id:
            return operation
        report = self._reads.report(operation.experiment_id).report
        return replace(operation, report_digest=report.digest)


def _subject(operation: PolicyOperation) -> str:
    if isinstance(operation, ExperimentWrite):
        return f"experiment {operation.experiment.experiment_id!r}"
    if isinstance(operation, ExperimentStop):
        return f"experiment {operation.experiment_id!r}"
    return f"policy {operation.policy_id!r}"
