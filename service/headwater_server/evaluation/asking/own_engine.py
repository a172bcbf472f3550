"""A policy that changes what is learned: an engine of its own folds the same log under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Operation, SettingsChange
from headwater_server.engine.messages.events import Status

WHO = "headwater evaluate"


class PolicyRefused(ValueError):
    """A policy has settings that the engine, or the settings of the log, do not allow."""


class OwnSettings:
    """Keeps some settings of an engine as a policy wants them, whatever the log says later."""

    def __init__(self, wanted: Mapping[str, Any]) -> None:
        self._wanted = dict(wanted)

    def begin(self, engine: Engine, time_ms: int) -> None:
        """Put them in force. Raises `PolicyRefused`."""
        settings = replace(engine.settings, **self._wanted)
        change = SettingsChange(settings, WHO, tuple(self._wanted))
        outcome = engine.apply(Entry(time_ms, (change,)))[0]
        if outcome.status is Status.QUARANTINED:
            raise PolicyRefused(outcome.detail)

    def changed(self, entry: Entry) -> Entry:
        """Return an entry of the log without what it would change of these settings."""
        if not any(isinstance(one, SettingsChange) for one in entry.operations):
            return entry
        return replace(entry, operations=tuple(map(self._kept, entry.operations)))

    def _kept(self, operation: Operation) -> Operation:
        if not isinstance(operation, SettingsChange):
            return operation
        settings = replace(operation.settings, **self._wanted)
        if not operation.given:
            return replace(operation, settings=settings)
        left = tuple(name for name in operation.given if name not in self._wanted)
        # with no name left it would change all: so it sets one to what it is
        return replace(operation, settings=settings, given=left or (next(iter(self._wanted)),))
