"""Prepares a restored state for serving: catches up with the log, applies the settings."""

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

CLOSE_ENTRIES = 20  # so few are applied before the first request arrives


async def caught_up_with(log: Log, tail: Tail) -> None:
    """Return when the state has almost reached the log's head.

    Others may write meanwhile: it waits for new entries again, as long as the lag shrinks.
    """
    behind = previous = math.inf
    while behind > CLOSE_ENTRIES and (behind < previous or behind == math.inf):
        head = await log.head()
        previous, behind = behind, head.sequence - tail.position.sequence
        await tail.waiters.wait_for(head.offset)


async def unless_ended(tail: asyncio.Task[None], work: Coroutine[None, None, None]) -> None:
    """Return when ``work`` is done; raise the error if the tail ends before."""
    waiting = asyncio.ensure_future(work)
    await asyncio.wait((tail, waiting), return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    return tail.result()


async def put_settings(log: Log, tail: Tail, settings: EngineSettings) -> None:
    """Return when the state has ``settings``; if it has others, append an entry that sets them.

    Several replicas may start at once: the entry is appended directly after the last applied one,
    or the check is repeated. `ValueError` if the engine refuses the settings.
    """
    wanted = settings.canonical()
    while tail.position == START or tail.settings.canonical() != wanted:
        change = log.encode([SettingsChange(settings)])
        try:
            position = await log.append([change], after=tail.position)
        except LogMovedOn:
            await tail.waiters.wait_for((await log.head()).offset)
            continue
        await tail.waiters.wait_for(position.offset)
        if tail.settings.canonical() != wanted:
            raise ValueError(f"the engine refuses these settings: {wanted}")
