"""Calls at a fixed rate, whether earlier ones are answered or not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine


async def at_rate(
    rate: float, seconds: float, call: Callable[[float], Coroutine[None, None, None]]
) -> None:
    """Start ``call`` ``rate`` times a second, with when it is due; return when all have ended."""
    start_s = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for n in range(int(rate * seconds)):
            due_s = start_s + n / rate
            await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
            tasks.create_task(call(due_s))
