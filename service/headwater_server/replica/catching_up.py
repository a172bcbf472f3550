"""The way from a restored state to one that may answer."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine

from headwater_server.replica.ports import Log
from headwater_server.replica.tail import Tail

CLOSE_ENTRIES = 20  # so few are applied while the first question is on its way


async def caught_up_with(log: Log, tail: Tail) -> None:
    """Return when the state is about that of the log's head.

    Others may write meanwhile: what came is waited for again, as long as the rest shrinks.
    """
    behind = previous = math.inf
    while behind > CLOSE_ENTRIES and (behind < previous or behind == math.inf):
        head = await log.head()
        previous, behind = behind, head.sequence - tail.position.sequence
        await tail.arrivals.wait_for(head.offset)


async def unless_ended(tail: asyncio.Task[None], work: Coroutine[None, None, None]) -> None:
    """Return when ``work`` is done; raise what ends the tail before that."""
    waiting = asyncio.ensure_future(work)
    await asyncio.wait((tail, waiting), return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    return tail.result()
