"""What a process reports about itself, to the other replicas and to operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from headwater_server.engine.snapshot.versions import RIVER_VERSION
from headwater_server.observability.recent import CallFigures
from headwater_server.replica.group.identity import Identity
from headwater_server.replica.health import Health
from headwater_server.replica.operators.memory import MemoryBudget
from headwater_server.replica.operators.model_status import HEADWATER_VERSION
from headwater_server.replica.operators.sampling import Sampling
from headwater_server.replica.ports.position import START
from headwater_server.replica.ports.registry import ReplicaReport, ReplicaServing
from headwater_server.replica.shell import Shell


@dataclass(frozen=True, slots=True)
class ServingAnswer:
    """The status of one process.

    ``detail`` says why it does not serve everything, or which events a failover lost.
    """

    replica_id: str
    start_time_ms: int
    uptime_ms: int
    reads: bool
    writes: bool
    detail: str
    memory_bytes: int
    memory_budget_bytes: int
    state_memory_bytes: int
    operations_waiting: int
    calls: Sequence[CallFigures]


@dataclass(slots=True)
class OwnStatus:
    """Reports start before the state is restored; after `serves` they contain figures, too."""

    identity: Identity
    state_version: int
    memory: MemoryBudget
    health: Health
    now_ms: Callable[[], int]
    start_time_ms: int = 0
    sources: tuple[str, ...] = ()
    _shell: Shell | None = None
    _sampling: Sampling | None = None

    @property
    def replica_id(self) -> str:
        """The id of this replica."""
        return self.identity.replica_id

    def serves(self, shell: Shell, sampling: Sampling) -> None:
        """Include in reports from now on what these measure."""
        self.start_time_ms = self.now_ms()
        self._shell, self._sampling = shell, sampling

    def report(self) -> ReplicaReport:
        """Return the replica's report, which it sends about every second."""
        return ReplicaReport(
            replica_id=self.replica_id,
            host=self.identity.host,
            pid=self.identity.pid,
            role=self.identity.role,
            position=self._shell.tail.position if self._shell else START,
            state_version=self.state_version,
            river_version=RIVER_VERSION,
            broken=self.health.fault,
            serving=self._serving(self._sampling) if self._sampling else None,
        )

    def _serving(self, sampling: Sampling) -> ReplicaServing:
        used = self.memory.measure()["memory_process_bytes"]  # warns if the budget is exceeded
        calls = tuple(one for one in sampling.calls() if one.calls_per_second)
        return ReplicaServing(HEADWATER_VERSION, self.start_time_ms, used, calls, self.sources)

    def serving(self, state_bytes: int, shell: Shell, sampling: Sampling) -> ServingAnswer:
        """Return the status of the process, whose state takes ``state_bytes``."""
        counts, health = self.memory.measure(), self.health
        return ServingAnswer(
            self.replica_id,
            self.start_time_ms,
            max(0, self.now_ms() - self.start_time_ms),
            health.reads,
            health.writes,
            health.reason or health.notice,
            counts["memory_process_bytes"],
            counts["memory_budget_bytes"],
            state_bytes,
            shell.appender.operations_waiting,
            sampling.calls(),
        )
