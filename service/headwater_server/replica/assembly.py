"""Assembles a replica before it runs: registers it, restores its state, connects its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.settings import EngineSettings
from headwater_server.observability.meters import Meters
from headwater_server.observability.recent import RecentCalls
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.experiments.experiment_reads import ExperimentReads
from headwater_server.replica.experiments.experiment_writes import ExperimentWrites
from headwater_server.replica.group.digest_comparison import Comparison
from headwater_server.replica.group.host_peers import HostPeers
from headwater_server.replica.group.identity import Identity, this_process
from headwater_server.replica.group.marks import Marks
from headwater_server.replica.group.membership import Membership
from headwater_server.replica.health import Health
from headwater_server.replica.operators.memory import MemoryBudget, StateMemory
from headwater_server.replica.operators.model_status import ModelStatus
from headwater_server.replica.operators.operator_reads import OperatorReads
from headwater_server.replica.operators.own_status import OwnStatus
from headwater_server.replica.operators.sampling import Sampling
from headwater_server.replica.operators.settings_warnings import SettingsWarnings
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.ports.stores import Stores
from headwater_server.replica.reads.act_rates import ActRatesReader
from headwater_server.replica.reads.log_end import LogEnd
from headwater_server.replica.reads.reads import Reads
from headwater_server.replica.reads.repeatable import Repeatable
from headwater_server.replica.replica import Replica
from headwater_server.replica.rules.rule_reads import RuleReads
from headwater_server.replica.rules.rule_writes import RuleWrites
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.shell import Shell
from headwater_server.replica.snapshots.restore import restore
from headwater_server.replica.startup import WantedSettings
from headwater_server.replica.writes.erasing import Erasing
from headwater_server.replica.writes.exposure_limit import ExposureLimit
from headwater_server.replica.writes.quarantine_work import QuarantineWork
from headwater_server.replica.writes.source_batches import SourceBatches
from headwater_server.replica.writes.writes import Writes


async def restored_replica(
    stores: Stores,
    *,
    engine_settings: EngineSettings,
    given: frozenset[str] | None = None,
    settings: ReplicaSettings,
    engine_type: type[StateMachine] = Engine,
    now_ms: Callable[[], int] = wall_clock_ms,
    identity: Identity | None = None,
    host_peers: HostPeers | None = None,
    meters: Meters | None = None,
    keys: tuple[str, ...] | None = None,
) -> Replica:
    """Return a replica with the newest snapshot's state, ready for `Replica.start`.

    Of ``engine_settings``, those named in ``given`` (None: all) are put on the log if it has other
    values; the rest counts on an empty log only.
    ``host_peers`` are the other replicas on this host, if a parent started several; ``meters``
    count the calls to this process. ``keys`` describe its API keys for the audit log. `LogBroken`
    or `UnreadableEntry` if this state cannot follow the log, `MixedStatesError` if a replica of
    another build is alive.
    """
    identity = identity or this_process()
    memory, health = MemoryBudget(settings.memory_budget_mb), Health()
    own = OwnStatus(identity, engine_type.STATE_VERSION, memory, health, now_ms)
    membership = Membership(stores.replicas, own.report)
    await membership.join()  # first, so that no entry is trimmed that it still has to read
    try:
        engine, position = await restore(stores.snapshots, stores.log, engine_type)
        past = [meta.position for meta in reversed(await stores.snapshots.published())]
        assembly = _Assembly(stores, engine, position, settings, own, host_peers, past)
        wanted = WantedSettings(engine_settings, given, identity.who, keys)
        replica = assembly.replica(membership, wanted, RecentCalls(meters or Meters()))
        replica.writes.quarantined = await stores.quarantine.total()
    except BaseException:
        await membership.leave()
        raise
    return replica


class _Assembly:
    """Connects the parts around one engine; only used to create the replica."""

    def __init__(
        self,
        stores: Stores,
        engine: StateMachine,
        position: Position,
        settings: ReplicaSettings,
        own: OwnStatus,
        host_peers: HostPeers | None,
        past: Sequence[Position],
    ) -> None:
        engine.bound_filters(round(1e6 * settings.filter_cache_mb))
        self._stores = stores
        self._engine = engine
        self._settings = settings
        self._own = own
        self._timeout_s = settings.write_timeout_ms / 1_000
        self._shell = self._shell_at(position, host_peers, past)
        tail = self._shell.tail
        self._repeatable = Repeatable(lambda: tail.place, settings.question_bytes_max)
        self._act_rates = ActRatesReader(engine)
        self._writes = self._make_writes()
        self._state_memory = StateMemory(engine)
        self._status = ModelStatus(
            engine,
            self._shell.tail,
            self._counts,
            own.memory,
            self._state_memory,
        )
        self._marks = Marks(stores.replicas, own.replica_id, self._status.copy)

    def replica(
        self, membership: Membership, wanted: WantedSettings, recent: RecentCalls
    ) -> Replica:
        """Return the replica with all its parts."""
        stores, engine, shell, writes = self._stores, self._engine, self._shell, self._writes
        sampling = self._sampling(recent)
        self._own.serves(shell, sampling)
        experiments = ExperimentReads(
            engine, shell.tail, stores.evaluations, now_ms=self._own.now_ms
        )
        rules = RuleReads(engine, shell.tail, now_ms=self._own.now_ms)
        erasing = Erasing(engine, stores.log, shell.tail, writes, stores.quarantine)
        return Replica(
            wanted=wanted,
            stores=stores,
            engine=engine,
            shell=shell,
            reads=self._make_reads(),
            writes=writes,
            source_batches=SourceBatches(writes, shell.appender),
            erasing=erasing,
            quarantine_work=QuarantineWork(
                writes, stores.quarantine, erasing, who=self._own.identity.who
            ),
            status=self._status,
            marks=self._marks,
            comparison=Comparison(stores.replicas, self._marks, writes),
            operators=OperatorReads(
                engine, shell, sampling, self._own, stores, self._state_memory, self._act_rates
            ),
            experiment_reads=experiments,
            experiment_writes=self._experiment_writes(experiments),
            rule_reads=rules,
            rule_writes=RuleWrites(
                engine, stores.log, shell.tail, writes, rules, who=self._own.identity.who
            ),
            sampling=sampling,
            settings_warnings=SettingsWarnings(engine),
            membership=membership,
            own=self._own,
        )

    def _shell_at(
        self, position: Position, host_peers: HostPeers | None, past: Sequence[Position]
    ) -> Shell:
        return Shell(
            self._engine,
            position,
            self._stores.log,
            self._stores.snapshots,
            self._settings,
            self._own.health,
            now_ms=self._own.now_ms,
            who=self._own.identity.who,
            past=past,
            keeps_snapshots=self._own.identity.keeps_snapshots,
            host_peers=host_peers,
            on_marks=self._reached,
        )

    async def _reached(self, mark_ids: Sequence[str]) -> None:
        await self._marks.reached(mark_ids)

    def _counts(self) -> Mapping[str, int]:
        """Return what the shell counts beside the engine."""
        return {**self._writes.counts, **self._repeatable.counts}

    def _entering(
        self, visitor_id: str, user_id: str, arms: Sequence[Arm], now_ms: int
    ) -> Sequence[Arm]:
        return self._engine.lookups.entering(visitor_id, user_id, arms, now_ms)

    def _make_reads(self) -> Reads:
        return Reads(
            self._engine,
            self._shell.tail,
            log_end=LogEnd(self._stores.log),
            token_keys=self._stores.token_keys,
            token_s=60 * self._settings.attribution_token_minutes,
            now_ms=self._own.now_ms,
            timeout_s=self._timeout_s,
            repeatable=self._repeatable,
            act_rates=self._act_rates,
        )

    def _make_writes(self) -> Writes:
        return Writes(
            self._shell.appender,
            self._shell.tail,
            self._stores.quarantine,
            self._own.health,
            token_keys=self._stores.token_keys,
            now_ms=self._own.now_ms,
            timeout_s=self._timeout_s,
            exposures=ExposureLimit(
                self._settings.page_source_exposures_per_minute_max, self._entering
            ),
        )

    def _experiment_writes(self, reads: ExperimentReads) -> ExperimentWrites:
        return ExperimentWrites(
            self._engine,
            self._stores.log,
            self._shell.tail,
            self._writes,
            reads,
            who=self._own.identity.who,
            now_ms=self._own.now_ms,
        )

    def _sampling(self, recent: RecentCalls) -> Sampling:
        return Sampling(
            self._engine,
            recent,
            self._stores.replicas,
            interval_s=self._settings.metrics_sample_s,
            now_ms=self._own.now_ms,
        )
