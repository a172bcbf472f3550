"""Waiting for a condition on one event loop; announcing a change never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class AsyncChanges:
    """`asyncio.Condition` without its lock, which a loop's single thread does not need.

    `notify_all` does not wait, so it also takes effect in a task that is cancelled at that moment.
    """

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def notify_all(self) -> None:
        """Make every waiter check its condition again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_for(self, condition: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Return whether the condition holds, at once or within ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    await self._changed()
        except TimeoutError:
            return condition()
        return True

    async def _changed(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
