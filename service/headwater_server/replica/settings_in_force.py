"""Reads and changes the settings on the log without a replica, and without learning the log.

They are the written ones: a promoted policy overrides some of them for as long as it is promoted.
"""

from __future__ import annotations

import contextlib

from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.new_settings.change import check_settings
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.ports.snapshots import Snapshots
from headwater_server.replica.startup import WantedSettings


class SettingsInForce:
    """The settings at a position of the log; `look` goes on to the log's present end."""

    def __init__(self, log: Log, settings: EngineSettings, position: Position) -> None:
        self._log = log
        self.settings = settings
        self.position = position

    @classmethod
    async def read(cls, log: Log, snapshots: Snapshots) -> SettingsInForce:
        """Return the present ones: of the newest snapshot, and of the entries after it."""
        settings, position = EngineSettings(), START
        for meta in await snapshots.published():
            with contextlib.suppress(ValueError):  # another build's
                settings, position = EngineSettings.parse(meta.settings), meta.position
                break
        found = cls(log, settings, position)
        await found.look()
        return found

    async def look(self) -> None:
        """Read the entries that have come since."""
        async for logged in self._log.iterate(self.position):
            self.position = logged.position
            for operation in logged.entry.operations:
                if isinstance(operation, SettingsChange):
                    self._take(operation.over(self.settings))

    def _take(self, settings: EngineSettings) -> None:
        """Take them, unless the engine refuses them."""
        with contextlib.suppress(ValueError):
            check_settings(settings)
            self.settings = settings

    async def put(self, wanted: WantedSettings) -> EngineSettings:
        """Put the wanted settings on the log, if it has others; return the ones before.

        `ValueError` if the engine refuses them.
        """
        before, change = self.settings, wanted.change(self.settings)
        if change.settings.canonical() != before.canonical():
            # others may append meanwhile: the entry changes the given settings only
            self.position = await self._log.append([self._log.encode([change])])
            self.settings = change.settings
        return before
