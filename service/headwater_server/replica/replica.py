"""The one object behind every way in: its parts made, joined, started and stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypedDict

from headwater_server.engine.engine import RIVER_VERSION, Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.observability.meters import Meters
from headwater_server.observability.recent import Recent
from headwater_server.observability.standing import Standing
from headwater_server.replica.group.digest_comparison import Comparison
from headwater_server.replica.group.host_peers import Neighbours
from headwater_server.replica.group.identity import Identity, this_process
from headwater_server.replica.group.marks import Marks
from headwater_server.replica.group.membership import Membership
from headwater_server.replica.health import Health, Watcher
from headwater_server.replica.operators.memory import MemoryBudget
from headwater_server.replica.operators.model_status import Looking
from headwater_server.replica.operators.operator_reads import Operating, Own
from headwater_server.replica.operators.sampling import Sampling
from headwater_server.replica.operators.standing import observe
from headwater_server.replica.ports.holdings import Holdings
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.ports.quarantine import Quarantine
from headwater_server.replica.ports.registry import Replicas, ReplicaStanding
from headwater_server.replica.ports.snapshots import Snapshots
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.replica.reads.reads import Reads
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.shell import Shell
from headwater_server.replica.snapshots.restore import restore
from headwater_server.replica.use_cases import UseCases
from headwater_server.replica.writes.erasing import Erasing
from headwater_server.replica.writes.writes import Writes


def wall_clock_ms() -> int:
    """Return now. The shell alone asks a clock; the engine is told."""
    return time.time_ns() // 1_000_000


class Common(TypedDict):
    """What the parts that answer callers share."""

    token_keys: TokenKeys
    now_ms: Callable[[], int]
    timeout_s: float


class Replica(UseCases):
    """All replicas are equal: they share the log and nothing else.

    `start` comes first; every other call may raise the errors of `headwater_server.errors`.
    """

    def __init__(
        self,
        log: Log,
        snapshots: Snapshots,
        quarantine: Quarantine,
        replicas: Replicas,
        holdings: Holdings,
        *,
        token_keys: TokenKeys,
        engine_settings: EngineSettings,
        settings: ReplicaSettings,
        engine_type: type[StateMachine] = Engine,
        now_ms: Callable[[], int] = wall_clock_ms,
        identity: Identity | None = None,
        neighbours: Neighbours | None = None,
        meters: Meters | None = None,
    ) -> None:
        """``neighbours`` are those on this host, if a parent started several.

        ``meters`` are those of the calls that it is asked by.
        """
        self._log = log
        self._snapshots = snapshots
        self._quarantine = quarantine
        self._replicas = replicas
        self._token_keys = token_keys
        self._holdings = holdings
        self._recent = Recent(meters or Meters())
        self._own: Own | None = None
        self._engine_settings = engine_settings
        self._settings = settings
        self._engine_type = engine_type
        self._now_ms = now_ms
        self._health = Health()
        self._memory = MemoryBudget(settings.memory_budget_mb)
        self._identity = identity or this_process()
        self._neighbours = neighbours
        self._membership = Membership(replicas, self._own_standing)
        self._position: Callable[[], Position] = lambda: START

    async def start(self) -> None:
        """Restore the newest snapshot, catch up with the log, and go on learning.

        `LogBroken` or `UnreadableEntry` if the log is not one that this state can follow,
        `MixedStatesError` if a replica of another build is alive.
        """
        await self._membership.join()  # first, so that nothing is trimmed that is to be read
        try:
            self._engine, position = await restore(self._snapshots, self._log, self._engine_type)
            self._make_parts(position)
            self._writes.quarantined = await self._quarantine.total()
            await self._shell.start(self._engine_settings)
            self._sampling.start()
        except BaseException:
            await self._membership.leave()
            raise
        self._health.restored()

    def _make_parts(self, position: Position) -> None:
        self._shell = self._make_shell(position)
        tail, appender = self._shell.tail, self._shell.appender
        self._position = lambda: tail.position
        common: Common = {
            "token_keys": self._token_keys,
            "now_ms": self._now_ms,
            "timeout_s": self._settings.write_timeout_ms / 1_000,
        }
        token_s = 60 * self._settings.attribution_token_minutes
        self._reads = Reads(self._engine, tail, token_s=token_s, **common)
        self._writes = Writes(appender, tail, self._quarantine, self._health, **common)
        self._erasing = Erasing(self._engine, self._log, tail, self._writes, self._quarantine)
        self._looking = Looking(self._engine, tail, lambda: self._writes.quarantined, self._memory)
        replica_id = self._identity.replica_id
        self._marks = Marks(self._replicas, replica_id, self._looking.copy)
        self._comparison = Comparison(self._replicas, self._marks, self._writes)
        self._make_operating()

    def _make_operating(self) -> None:
        self._sampling = Sampling(
            self._engine,
            self._recent,
            self._replicas,
            interval_s=self._settings.metrics_sample_s,
            now_ms=self._now_ms,
        )
        memory, health = self._memory, self._health
        self._own = Own(self._identity.replica_id, memory, health, self._sampling, self._now_ms)
        self.operating = Operating(
            self._engine, self._shell, self._own, self._log,
            self._quarantine, self._replicas, self._holdings, self._now_ms,
        )  # fmt: skip

    def _make_shell(self, position: Position) -> Shell:
        return Shell(
            self._engine,
            position,
            self._log,
            self._snapshots,
            self._settings,
            self._health,
            now_ms=self._now_ms,
            keeps_snapshots=self._identity.keeps_snapshots,
            neighbours=self._neighbours,
            on_marks=lambda mark_ids: self._marks.reached(mark_ids),  # noqa: PLW0108 - made later
        )

    async def stop(self) -> None:
        """Refuse what is new, let arrive what is under way, keep the state."""
        self._health.stopping()
        await self._sampling.stop()
        await self._shell.stop()
        await self._marks.end()
        await self._membership.leave()

    def _own_standing(self) -> ReplicaStanding:
        return ReplicaStanding(
            replica_id=self._identity.replica_id,
            host=self._identity.host,
            pid=self._identity.pid,
            role=self._identity.role,
            position=self._position(),
            state_version=self._engine_type.STATE_VERSION,
            river_version=RIVER_VERSION,
            broken=self._health.fault,
            serving=self._own.told() if self._own else None,
        )

    def watch_health(self, watcher: Watcher) -> None:
        """Call ``watcher(reads, writes)`` now and at every change of what can be served."""
        self._health.watch(watcher)

    async def standing(self) -> Standing:
        """Return all that can be measured of it now; the store is asked, too."""
        counts = {"events_quarantined": self._writes.quarantined, **self._memory.look()}
        return await observe(
            self._engine, self._shell, counts, self._health,
            self._log, self._snapshots, self._replicas, self._now_ms,
        )  # fmt: skip
