"""Writes rules: checked against the newest state, then put on the log.

The fold judges the same again, since two editors may write at once. What is done already is not
written again, so every call here may be repeated.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from headwater_server.engine.experiments.judgement import Judgement
from headwater_server.engine.messages.events import Status
from headwater_server.engine.messages.rules import RuleDelete, RuleOperation, RuleWrite
from headwater_server.engine.rules.judging import LOCKED
from headwater_server.errors import Aborted, FailedPrecondition
from headwater_server.replica.experiments.refusals import refuse
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.rules.answers import RuleAnswer
from headwater_server.replica.rules.rule_reads import RuleReads
from headwater_server.replica.tail.newest_state import newest_state
from headwater_server.replica.tail.tail import Tail
from headwater_server.replica.writes.writes import Writes


class RuleWrites:
    """Each method returns when its operation is applied, with the offset of such a state."""

    def __init__(
        self,
        engine: StateMachine,
        log: Log,
        tail: Tail,
        writes: Writes,
        reads: RuleReads,
        *,
        who: str,
    ) -> None:
        """``who``: the name on the log of what an operation without an author of its own sets."""
        self._engine = engine
        self._log = log
        self._tail = tail
        self._writes = writes
        self._reads = reads
        self._who = who

    async def upsert(self, write: RuleWrite, time_remaining_s: float) -> RuleAnswer:
        """Put a rule in force; `Aborted` if another editor has changed it since it was read."""
        end_s = await newest_state(self._log, self._tail, time_remaining_s)
        return await self._reads.answer(write.name, await self._done(write, end_s))

    async def delete(self, delete: RuleDelete, time_remaining_s: float) -> str:
        """Delete a rule, and return the offset; `NotFound` if there was never one of the name."""
        end_s = await newest_state(self._log, self._tail, time_remaining_s)
        self._reads.check_known(delete.name)
        return await self._done(delete, end_s)

    async def restore(self, wanted: RuleDelete, time_remaining_s: float) -> RuleAnswer:
        """Make a rule what it was at the revision that ``wanted`` restores; 0: as settings say."""
        end_s = await newest_state(self._log, self._tail, time_remaining_s)
        self._reads.check_known(wanted.name)
        offset = await self._done(self._restoring(wanted), end_s)
        return await self._reads.answer(wanted.name, offset)

    def _restoring(self, wanted: RuleDelete) -> RuleOperation:
        """Return what brings the revision back: a write, a deletion, or forgetting what is ours."""
        revision = wanted.restores or 0
        if not revision:
            return replace(wanted, to_settings=True)
        change = self._reads.version(wanted.name, revision)
        if change.to_settings:
            return replace(wanted, to_settings=True)
        if not change.after:
            return wanted
        of = wanted.who, wanted.reason, wanted.revision, revision
        return RuleWrite(wanted.name, change.after, *of)

    async def _done(self, operation: RuleOperation, end_s: float) -> str:
        """Return the offset of a state in which the operation is done."""
        judged = self._engine.lookups.rules.judged(operation, self._reads.now_ms())
        if judged.status is Status.EXISTS:
            return self._reads.offset
        _refuse(operation, judged)
        signed = replace(operation, who=operation.who or self._who)
        remaining_s = end_s - asyncio.get_running_loop().time()
        done = await self._writes.write([signed], remaining_s)
        outcome = done.outcomes[0]
        _refuse(operation, Judgement(outcome.status, (outcome.detail,)))
        return done.offset


def _refuse(operation: RuleOperation, judged: Judgement) -> None:
    """Raise what is wrong with an operation, or what of the state forbids it."""
    if judged.status is not Status.CONFLICT:
        refuse(judged)
        return
    subject, reasons = f"rule {operation.name!r}", judged.reasons
    if reasons[0].startswith(LOCKED):
        raise Aborted(subject, [reasons[0].removeprefix(LOCKED), *reasons[1:]])
    raise FailedPrecondition(subject, reasons)
