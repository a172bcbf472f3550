"""The way from a restored state to one that may answer: caught up, under the right settings."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine

from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.faults import LogMovedOn
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START
from headwater_server.replica.tail.tail import Tail

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


async def put_settings(log: Log, tail: Tail, settings: EngineSettings) -> None:
    """Return when the state was made with ``settings``, by an entry if it was not.

    Several replicas may start at once: the entry goes right behind what this one has applied,
    or it looks again. `ValueError` if the engine does not take such settings.
    """
    wanted = settings.canonical()
    while tail.position == START or tail.settings.canonical() != wanted:
        change = log.encode([SettingsChange(settings)])
        try:
            position = await log.append([change], after=tail.position)
        except LogMovedOn:
            await tail.arrivals.wait_for((await log.head()).offset)
            continue
        await tail.arrivals.wait_for(position.offset)
        if tail.settings.canonical() != wanted:
            raise ValueError(f"the engine refuses these settings: {wanted}")
