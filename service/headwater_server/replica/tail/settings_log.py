"""Logs every change of the settings, on every replica: what, from what, by whom, at which entry."""

from __future__ import annotations

import structlog

from headwater_server.engine.experiments.operations import FOLD
from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.messages.experiments import PolicyPromote, PolicyRollback
from headwater_server.engine.messages.rules import RuleDelete, RuleWrite
from headwater_server.engine.settings_history import changed_settings
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.state_machine import StateMachine

_CHANGES = (SettingsChange, PolicyPromote, PolicyRollback, RuleWrite, RuleDelete)
_log = structlog.get_logger(__name__)


class SettingsLog:
    """Compares the settings after each entry; engine settings hold no secrets."""

    def __init__(self, engine: StateMachine) -> None:
        self._engine = engine
        self._last = engine.settings

    def applied(self, logged: LoggedEntry) -> None:
        """Log what ``logged`` has changed, or, of what the fold itself changed, one near it."""
        settings = self._engine.settings
        if settings is self._last:  # a cheap check, for every entry
            return
        changes = [o for o in logged.entry.operations if isinstance(o, _CHANGES)]
        who = " and ".join(change.who or "an older build" for change in changes) or FOLD
        for name, old, new in changed_settings(self._last, settings):
            offset = logged.position.offset
            _log.info("setting changed", setting=name, old=old, new=new, who=who, offset=offset)
        self._last = settings
