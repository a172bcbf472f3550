"""How long the loop's thread computes at a time, in its own CPU time, whatever else runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pieces:
    """``longest_ms``: the most CPU between two turns of the loop, of which there were ``turns``."""

    longest_ms = 0.0
    turns = 0

    async def watch(self) -> None:
        """Look at every turn, until cancelled."""
        before_s = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now_s = time.thread_time()
            self.longest_ms = max(self.longest_ms, 1_000 * (now_s - before_s))
            self.turns, before_s = self.turns + 1, now_s


@asynccontextmanager
async def pieces() -> AsyncIterator[Pieces]:
    """Watch the loop for a while."""
    watched = Pieces()
    watching = asyncio.create_task(watched.watch())
    await asyncio.sleep(0)
    try:
        yield watched
    finally:
        await asyncio.sleep(0)
        watching.cancel()
