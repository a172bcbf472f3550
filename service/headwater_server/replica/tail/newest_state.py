"""A state that contains what other replicas have put on the log before a call."""

from __future__ import annotations

import asyncio

from headwater_server.errors import DeadlineExceeded
from headwater_server.replica.ports.log import Log
from headwater_server.replica.tail.tail import Tail


async def newest_state(log: Log, tail: Tail, time_remaining_s: float) -> float:
    """Apply what the log has now; return when the caller's deadline is, by the loop's time."""
    end_s = asyncio.get_running_loop().time() + time_remaining_s
    try:
        async with asyncio.timeout(time_remaining_s):
            await tail.waiters.wait_for((await log.head()).offset)
    except TimeoutError:
        raise DeadlineExceeded("the deadline passed before the log's end was read") from None
    return end_s
