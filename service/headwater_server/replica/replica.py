"""The one use-case object behind every way in: questions, what arrives, and how it is doing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from importlib.metadata import version

from headwater_server.engine.engine import Engine
from headwater_server.engine.entries import Item, ItemWrite
from headwater_server.engine.events import Event
from headwater_server.engine.metrics import Metric
from headwater_server.engine.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.answers import Answer, ModelAnswer, WriteAnswer
from headwater_server.replica.health import Health, Watcher
from headwater_server.replica.ports import Log, Quarantine, Snapshots
from headwater_server.replica.reads import Reads
from headwater_server.replica.restore import restore
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.shell import Shell
from headwater_server.replica.state_machine import StateMachine
from headwater_server.replica.writes import Writes


def wall_clock_ms() -> int:
    """Return now. The shell alone asks a clock; the engine is told."""
    return time.time_ns() // 1_000_000


class Replica:
    """All replicas are equal: they share the log and nothing else.

    `start` comes first; every other call may raise the errors of `headwater_server.errors`.
    """

    _engine: StateMachine
    _shell: Shell
    _reads: Reads
    _writes: Writes

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

    async def recommend(
        self, request: RecommendRequest, *, min_offset: str, time_remaining_s: float | None
    ) -> Answer:
        """Answer from memory, from a state at least as new as ``min_offset``."""
        return await self._reads.recommend(request, min_offset, time_remaining_s)

    async def feedback(
        self, events: Sequence[tuple[Event, str]], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Learn from events, each with its attribution token as the caller sent it."""
        return await self._writes.feedback(events, time_remaining_s)

    async def upsert_items(
        self, writes: Sequence[ItemWrite], time_remaining_s: float | None
    ) -> WriteAnswer:
        """Change the catalogue; the change holds from the next answer on."""
        return await self._writes.write(writes, time_remaining_s)

    def get_item(self, item_id: str) -> Item | None:
        """Return what the catalogue says of an item."""
        return self._engine.get_item(item_id)

    def model(self, compute_digest: bool) -> ModelAnswer:  # noqa: FBT001 - one question
        """Return where the model stands; with its digest, of the very same state."""
        self._shell.tail.finish_entry()
        position = self._shell.tail.position
        counts = self._engine.counts() | {
            "events_quarantined": self._writes.quarantined,
            "log_entries": position.sequence,
        }
        return ModelAnswer(
            offset=position.offset,
            digest=self._engine.digest() if compute_digest else "",
            counts=counts,
            memory_bytes=self._engine.memory_bytes(),
            versions={
                "headwater": version("headwater-server"),
                "river": version("river"),
                "state": str(self._engine.STATE_VERSION),
            },
        )

    def metrics(self) -> Sequence[Metric]:
        """Return progressive validation: how good it was before each event was learned."""
        return self._engine.metrics()
