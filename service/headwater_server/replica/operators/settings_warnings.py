"""Warns of rules that fit nothing, and of features without values.

At the start, and after the settings or the catalogue change.
"""

from __future__ import annotations

import asyncio
from itertools import chain

import structlog

from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.steps import in_steps

_log = structlog.get_logger(__name__)
CHECK_S = 5.0
LINES_MAX = 20  # of one check: a catalogue that is still empty fits no rule at all


class SettingsWarnings:
    """Each warning is logged once, until it no longer holds."""

    def __init__(self, engine: StateMachine) -> None:
        self._engine = engine
        self._checked: object = None
        self._known: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Check now, and whenever something has changed."""
        self._task = asyncio.create_task(self._run(), name="settings warnings")

    async def stop(self) -> None:
        """Stop checking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self.check()
            except Exception:  # noqa: BLE001 - a check must not end them all
                _log.exception("the settings could not be checked")
            await asyncio.sleep(CHECK_S)

    async def check(self) -> None:
        """Log what is new since the last check; nothing is done if nothing has changed."""
        settings, lookups = self._engine.settings, self._engine.lookups
        written = self._engine.written_settings.canonical()
        state = settings.canonical(), written, lookups.catalogue_version()
        if state == self._checked:
            return
        found = list(chain.from_iterable(await in_steps(lookups.settings_warnings())))
        new = [text for text in found if text not in self._known]
        for text in new[:LINES_MAX]:
            _log.warning(_said(text), warning=text)
        if len(new) > LINES_MAX:
            _log.warning("more settings fit nothing", count=len(new) - LINES_MAX)
        self._checked, self._known = state, set(found)


def _said(warning: str) -> str:
    """Return what a log line says of a warning."""
    if warning.startswith("features:"):
        return "a feature cannot be used as it is"
    is_of_rule = warning.startswith(("rules", "hide_days"))
    return "a setting fits nothing" if is_of_rule else "settings are refused here"
