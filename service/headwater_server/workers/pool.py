"""All workers: started, watched, restarted one by one, stopped in order."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from headwater_server.workers.slot import WorkerSlot
from headwater_server.workers.supervisor import Supervisor

_log = structlog.get_logger(__name__)


class WorkerPool:
    """The workers, and the follower. ``failed`` is set to an exit code when the pool gives up."""

    def __init__(self, slots: list[WorkerSlot], flags: dict[str, Any], stop_s: float) -> None:
        """Nothing runs before `start`. Needs a running loop."""
        self._supervisors = [Supervisor(slot, flags, self._give_up, stop_s) for slot in slots]
        self._workers = self._supervisors[:-1]
        self._follower = self._supervisors[-1]
        self._tasks: list[asyncio.Task[None]] = []
        self._rolling: asyncio.Task[None] | None = None
        self._complete = False
        self.failed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def start(self) -> str:
        """Return the offset when all workers answer. The first starts alone: it may compile."""
        first, *others = self._workers
        await self._launch(first)
        await asyncio.gather(
            *(self._launch(supervisor) for supervisor in (*others, self._follower))
        )
        self._complete = True
        return first.offset

    async def _launch(self, supervisor: Supervisor) -> None:
        self._tasks.append(asyncio.create_task(supervisor.run(), name=supervisor.slot.name))
        await supervisor.ready.wait()

    def roll(self) -> None:
        """Restart all, one by one; each only when the previous one is ready again."""
        if self._rolling is None or self._rolling.done():
            self._rolling = asyncio.create_task(self._roll())

    async def _roll(self) -> None:
        _log.info("rolling restart begins")
        for supervisor in self._supervisors:
            await supervisor.restart()
        _log.info("rolling restart done")

    async def stop(self) -> None:
        """Stop the workers, then the follower: its snapshot holds what they acknowledged."""
        if self._rolling is not None:
            self._rolling.cancel()
            await asyncio.gather(self._rolling, return_exceptions=True)
        await asyncio.gather(*(supervisor.stop() for supervisor in self._workers))
        await self._follower.stop()
        for task in self._tasks:
            task.cancel()  # those that wait before they retry
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _give_up(self, exit_code: int) -> None:
        """Fail the pool, unless a worker still serves: then only log it, and keep retrying."""
        if self._complete and any(supervisor.ready.is_set() for supervisor in self._workers):
            _log.error("a process does not start; the others serve, and its start is retried")
        elif not self.failed.done():
            self.failed.set_result(exit_code)
