"""The model's status, on request with its digest; each answer describes one state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version

from headwater_server.engine.snapshot.versions import RIVER_VERSION
from headwater_server.replica.answers import ModelAnswer
from headwater_server.replica.operators.memory import MemoryBudget, StateMemory
from headwater_server.replica.ports.snapshots import Parts
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.snapshots.capture import captured_digest
from headwater_server.replica.steps import yield_to_others
from headwater_server.replica.tail.tail import Tail

HEADWATER_VERSION = version("headwater-server")


class ModelStatus:
    """``counted`` returns what the shell counts beside the engine, by name."""

    def __init__(
        self,
        engine: StateMachine,
        tail: Tail,
        counted: Callable[[], Mapping[str, int]],
        memory: MemoryBudget,
        state_memory: StateMemory,
    ) -> None:
        self._engine = engine
        self._tail = tail
        self._counted = counted
        self._memory = memory
        self.state_memory = state_memory
        self._digesting = asyncio.Lock()

    async def now(self) -> ModelAnswer:
        """Return the status without the digest, at the end of an entry."""
        memory_bytes = await self.state_memory.measure()
        async with self._tail.paused():
            return self._unchanging(memory_bytes)

    def _unchanging(self, memory_bytes: int) -> ModelAnswer:
        """Return the status; the caller keeps the state unchanged."""
        position = self._tail.position
        counts = self._engine.lookups.counts() | {
            **self._counted(),
            "log_entries": position.sequence,
            **self._memory.measure(),
        }
        return ModelAnswer(
            offset=position.offset,
            digest="",
            counts=counts,
            memory_bytes=memory_bytes,
            versions={
                "headwater": HEADWATER_VERSION,
                "river": RIVER_VERSION,
                "state": str(self._engine.STATE_VERSION),
            },
        )

    async def with_digest(self) -> ModelAnswer:
        """Return the status and the digest, computed from a copy of the state in a thread."""
        async with self._digesting:  # one copy of the state at a time
            async with self._tail.paused():
                answer, parts = await self.copy()
            return replace(answer, digest=await asyncio.to_thread(captured_digest, parts))

    async def copy(self) -> tuple[ModelAnswer, Parts]:
        """Return the status and a copy of the state; the caller keeps the state unchanged."""
        answer = self._unchanging(await self.state_memory.measure())
        capture = self._engine.capturing()
        for _ in capture.take():
            await yield_to_others()
        return answer, capture.parts()
