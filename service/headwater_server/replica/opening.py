"""The settings that the state means something by are on the log, before anything else is."""

from __future__ import annotations

from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.faults import LogMovedOn
from headwater_server.replica.ports import Log
from headwater_server.replica.position import START
from headwater_server.replica.tail import Tail


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
