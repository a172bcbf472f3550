"""All seats together: started, watched, restarted one by one, stopped in order."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from headwater_server.workers.slot import Seat
from headwater_server.workers.supervisor import Keeper

_log = structlog.get_logger(__name__)


class Crew:
    """The workers, and the follower behind them. ``failed`` ends with an exit code."""

    def __init__(self, seats: list[Seat], flags: dict[str, Any], stop_s: float) -> None:
        """Nothing runs before `start`. Needs a running loop."""
        self._keepers = [Keeper(seat, flags, self._give_up, stop_s) for seat in seats]
        self._workers = self._keepers[:-1]
        self._follower = self._keepers[-1]
        self._tasks: list[asyncio.Task[None]] = []
        self._rolling: asyncio.Task[None] | None = None
        self._complete = False
        self.failed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def start(self) -> str:
        """Return the offset when all workers answer; the first one alone, as it may compile."""
        first, *others = self._workers
        await self._take(first)
        await asyncio.gather(*(self._take(keeper) for keeper in (*others, self._follower)))
        self._complete = True
        return first.offset

    async def _take(self, keeper: Keeper) -> None:
        self._tasks.append(asyncio.create_task(keeper.run(), name=keeper.seat.name))
        await keeper.ready.wait()

    def roll(self) -> None:
        """Restart all, one after the other; each only when the one before is ready again."""
        if self._rolling is None or self._rolling.done():
            self._rolling = asyncio.create_task(self._roll())

    async def _roll(self) -> None:
        _log.info("rolling restart begins")
        for keeper in self._keepers:
            await keeper.restart()
        _log.info("rolling restart done")

    async def stop(self) -> None:
        """Stop the workers, then the follower: its snapshot holds what they acknowledged."""
        if self._rolling is not None:
            self._rolling.cancel()
            await asyncio.gather(self._rolling, return_exceptions=True)
        await asyncio.gather(*(keeper.stop() for keeper in self._workers))
        await self._follower.stop()
        for task in self._tasks:
            task.cancel()  # those that pause before another try
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _give_up(self, exit_code: int) -> None:
        """End everything, unless some worker still serves: then it is only said, and tried on."""
        if self._complete and any(keeper.ready.is_set() for keeper in self._workers):
            _log.error("a process cannot be started; the others go on, and it is tried again")
        elif not self.failed.done():
            self.failed.set_result(exit_code)
