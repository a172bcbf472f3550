"""Compares all replicas at one offset: it appends a mark, and each publishes its digest there.

A mark is an entry of the log, and every replica copies its state there. So there is at most one
mark a second of each replica, for all callers that wait for it.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections.abc import Mapping
from dataclasses import replace

from headwater_server.engine.messages.entries import Mark
from headwater_server.errors import DeadlineExceeded
from headwater_server.replica.answers import ModelAnswer, ReplicaState
from headwater_server.replica.group.marks import Marks
from headwater_server.replica.group.membership import LIVE_PATIENCE_MS
from headwater_server.replica.ports.registry import ReplicaReport, Replicas
from headwater_server.replica.writes.writes import Writes

PATIENCE_S = 10.0  # for a digest of a large state; a slower replica is reported as late
MARGIN_S = 0.5  # of the caller's time, for the answer itself
CHECK_EVERY_S = 0.05
MARK_EVERY_S = 1.0


class Comparison:
    """Compares the digests of all live replicas."""

    def __init__(self, replicas: Replicas, marks: Marks, writes: Writes) -> None:
        """Append marks through ``writes``, like any operation."""
        self._replicas = replicas
        self._marks = marks
        self._writes = writes
        self._next: asyncio.Task[ModelAnswer] | None = None  # its mark is still to be written
        self._tasks: set[asyncio.Task[ModelAnswer]] = set()
        self._marked_s = -math.inf

    async def ask(self, time_remaining_s: float | None) -> ModelAnswer:
        """Return this replica's state at the next mark, and every replica's digest there."""
        if self._next is None:
            self._next = asyncio.create_task(self._at_next_mark(time_remaining_s))
            self._tasks.add(self._next)
            self._next.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(time_remaining_s):
                return await asyncio.shield(self._next)
        except TimeoutError:
            raise DeadlineExceeded("the deadline passed before the digest was computed") from None

    async def end(self) -> None:
        """Cancel what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[ModelAnswer]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, in case all callers left

    async def _at_next_mark(self, time_remaining_s: float | None) -> ModelAnswer:
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        await asyncio.sleep(max(0.0, self._marked_s + MARK_EVERY_S - begun_s))
        self._next, self._marked_s = None, loop.time()
        waited_s = self._marked_s - begun_s
        left_s = None if time_remaining_s is None else time_remaining_s - waited_s
        return await self._compare(left_s)

    async def _compare(self, time_remaining_s: float | None) -> ModelAnswer:
        remaining_s = PATIENCE_S if time_remaining_s is None else time_remaining_s - MARGIN_S
        end_s = asyncio.get_running_loop().time() + min(PATIENCE_S, remaining_s)
        mark_id = secrets.token_hex(8)
        own = self._marks.expect(mark_id)
        try:
            await self._writes.write([Mark(mark_id)], time_remaining_s)
            async with asyncio.timeout_at(end_s):
                answer = await own
        except TimeoutError:
            raise DeadlineExceeded("the deadline passed before the digest was computed") from None
        finally:
            self._marks.forget(mark_id)
        return replace(answer, replicas=await self._states(mark_id, end_s))

    async def _states(self, mark_id: str, end_s: float) -> tuple[ReplicaState, ...]:
        """Wait for the live replicas that learn; a replica that dies meanwhile is skipped."""
        while True:
            live = await self._replicas.live(LIVE_PATIENCE_MS)
            digests = await self._replicas.digests(mark_id)
            missing = [one for one in live if one.replica_id not in digests and not one.broken]
            if not missing or asyncio.get_running_loop().time() >= end_s:
                return tuple(_state(one, digests) for one in live)
            await asyncio.sleep(CHECK_EVERY_S)


def _state(one: ReplicaReport, digests: Mapping[str, str]) -> ReplicaState:
    digest = digests.get(one.replica_id, "")
    detail = one.broken
    if not digest and not detail:
        detail = f"did not reach the mark in time; its last report was at {one.position.offset}"
    return ReplicaState(one.replica_id, one.role, digest, detail)
