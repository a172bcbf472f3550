"""Prepares a restored state for serving: catches up with the log; writes what a start changes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from dataclasses import dataclass, fields, replace

import structlog

from headwater_server.engine.messages.entries import Build, KeyChange, Operation, SettingsChange
from headwater_server.engine.new_settings.change import check_settings
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.settings_history import changed_settings
from headwater_server.replica.faults import LogMovedOn
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START
from headwater_server.replica.tail.tail import Tail

_log = structlog.get_logger(__name__)
TRIES = 5  # to append directly after the last applied entry
CLOSE_ENTRIES = 20  # so few are applied before the first request arrives


@dataclass(frozen=True, slots=True)
class WantedSettings:
    """What a start asks for: the fields of ``settings`` named in ``given`` (None: all of them).

    ``who`` asks. All other settings stay as the log has them. ``keys`` describe the API keys of
    this server for the audit log; None: it says nothing of them.
    """

    settings: EngineSettings
    given: frozenset[str] | None = None
    who: str = ""
    keys: tuple[str, ...] | None = None

    def over(self, present: EngineSettings) -> EngineSettings:
        """Return the present settings with the given ones."""
        return replace(present, **{name: getattr(self.settings, name) for name in self.names})

    def change(self, present: EngineSettings) -> SettingsChange:
        """Return the operation that puts them on the log. Raises ValueError if it cannot be."""
        settings = self.over(present)
        check_settings(settings)
        return SettingsChange(settings, self.who, self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the given settings, in the order of the settings."""
        known = (one.name for one in fields(EngineSettings))
        return tuple(name for name in known if self.given is None or name in self.given)


async def caught_up_with(log: Log, tail: Tail) -> None:
    """Return when the state has almost reached the log's end.

    Others may write meanwhile: it waits for new entries again, as long as the lag shrinks.
    """
    behind = previous = math.inf
    while behind > CLOSE_ENTRIES and (behind < previous or behind == math.inf):
        end = await log.confirmed()
        previous, behind = behind, end.sequence - tail.position.sequence
        await tail.waiters.wait_for(end.offset)


async def unless_ended(tail: asyncio.Task[None], work: Coroutine[None, None, None]) -> None:
    """Return when ``work`` is done; raise the error if the tail ends before."""
    waiting = asyncio.ensure_future(work)
    await asyncio.wait((tail, waiting), return_when=asyncio.FIRST_COMPLETED)
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    return tail.result()


async def put_start(log: Log, tail: Tail, wanted: WantedSettings, build: Build) -> None:
    """Return when the state has the wanted settings and names this build; else append what lacks.

    Several replicas may start at once: the entry is appended directly after the last applied one,
    or the check is repeated; on a busy log, a few times. `ValueError` if the engine refuses the
    settings.
    """
    for attempt in range(TRIES):
        operations = _missing(tail, wanted, build)
        if not operations:
            return _say_kept(wanted, tail.written_settings)
        after = tail.position if attempt < TRIES - 1 else None
        try:
            position = await log.append([log.encode(operations)], after=after)
        except LogMovedOn:
            await tail.waiters.wait_for((await log.head()).offset)
            continue
        return await tail.waiters.wait_for(position.offset)
    return None


def _missing(tail: Tail, wanted: WantedSettings, build: Build) -> list[Operation]:
    """Return what the log does not say yet: the settings, and who answers from here on."""
    written = tail.written_settings  # a promoted policy stays over them, whatever the file says
    settings, operations = wanted.over(written), list[Operation]()
    if tail.position == START or settings.canonical() != written.canonical():
        operations.append(wanted.change(written))
    if tail.build != build:
        operations.append(build)
    if wanted.keys is not None and wanted.keys != tuple(tail.keys):
        operations.append(KeyChange(wanted.who, wanted.keys))
    return operations


def _say_kept(wanted: WantedSettings, settings: EngineSettings) -> None:
    """Log which settings differ from what this start has by default: they are the log's."""
    kept = {name: value for name, _, value in changed_settings(wanted.settings, settings)}
    if kept:
        _log.info("settings that are not set here stay as on the log", **kept)
