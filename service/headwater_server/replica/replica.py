"""The one object behind every way in: its parts made, joined, started and stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.observability.standing import Standing
from headwater_server.replica.erasing import Erasing
from headwater_server.replica.health import Health, Watcher
from headwater_server.replica.observing import observe
from headwater_server.replica.ports import Log, Snapshots
from headwater_server.replica.ports_quarantine import Quarantine
from headwater_server.replica.reads import Reads
from headwater_server.replica.restore import restore
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.shell import Shell
from headwater_server.replica.state_machine import StateMachine
from headwater_server.replica.use_cases import UseCases
from headwater_server.replica.writes import Writes


def wall_clock_ms() -> int:
    """Return now. The shell alone asks a clock; the engine is told."""
    return time.time_ns() // 1_000_000


class Replica(UseCases):
    """All replicas are equal: they share the log and nothing else.

    `start` comes first; every other call may raise the errors of `headwater_server.errors`.
    """

    def __init__(
        self,
        log: Log,
        snapshots: Snapshots,
        quarantine: Quarantine,
        *,
        token_key: bytes,
        engine_settings: EngineSettings,
        settings: ReplicaSettings,
        engine_type: type[StateMachine] = Engine,
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        self._log = log
        self._snapshots = snapshots
        self._quarantine = quarantine
        self._token_key = token_key
        self._engine_settings = engine_settings
        self._settings = settings
        self._engine_type = engine_type
        self._now_ms = now_ms
        self._health = Health()
        self._digesting = asyncio.Lock()

    async def start(self) -> None:
        """Restore the newest snapshot, catch up with the log, and go on learning.

        `LogBroken` or `UnreadableEntry` if the log is not one that this state can follow.
        """
        self._engine, position = await restore(self._snapshots, self._log, self._engine_type)
        timeout_s = self._settings.write_timeout_ms / 1_000
        self._shell = Shell(
            self._engine,
            position,
            self._log,
            self._snapshots,
            self._settings,
            self._health,
            now_ms=self._now_ms,
        )
        self._reads = Reads(
            self._engine,
            self._shell.tail,
            token_key=self._token_key,
            now_ms=self._now_ms,
            timeout_s=timeout_s,
        )
        self._writes = Writes(
            self._shell.appender,
            self._shell.tail,
            self._quarantine,
            self._health,
            token_key=self._token_key,
            timeout_s=timeout_s,
        )
        self._erasing = Erasing(
            self._engine, self._log, self._shell.tail, self._writes, self._quarantine
        )
        self._writes.quarantined = await self._quarantine.total()
        await self._shell.start(self._engine_settings)
        self._health.restored()

    async def stop(self) -> None:
        """Refuse what is new, let arrive what is under way, keep the state."""
        self._health.stopping()
        await self._shell.stop()

    def watch_health(self, watcher: Watcher) -> None:
        """Call ``watcher(reads, writes)`` now and at every change of what can be served."""
        self._health.watch(watcher)

    async def standing(self) -> Standing:
        """Return all that can be measured of it now; the store is asked, too."""
        quarantined = {"events_quarantined": self._writes.quarantined}
        return await observe(
            self._engine, self._shell, quarantined, self._health,
            self._log, self._snapshots, self._now_ms,
        )  # fmt: skip
