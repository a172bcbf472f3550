"""Measures a replica for /metrics; unlike answers to callers, it reads the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from headwater_server.errors import StoreUnavailable
from headwater_server.observability.measurements import Measurements
from headwater_server.replica.group.membership import LIVE_PATIENCE_MS
from headwater_server.replica.health import Health
from headwater_server.replica.operators.paying import paying
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.ports.stores import Stores
from headwater_server.replica.shell import Shell


@dataclass(frozen=True, slots=True)
class _Stored:
    """Figures of the store; None if it does not answer."""

    entries_at_head: int | None = None
    entries: int | None = None
    snapshot_time_ms: int | None = None
    replicas: Mapping[str, int] | None = None


async def _stored(stores: Stores) -> _Stored:
    try:
        head, entries = await stores.log.head(), await stores.log.length()
        published = await stores.snapshots.published()
        live = await stores.replicas.live(LIVE_PATIENCE_MS)
    except StoreUnavailable:
        return _Stored()
    newest_ms = max((meta.create_time_ms for meta in published), default=None)
    return _Stored(head.sequence, entries, newest_ms, Counter(one.role for one in live))


async def measure(
    engine: StateMachine,
    shell: Shell,
    counts: Mapping[str, int],
    health: Health,
    stores: Stores,
    now_ms: Callable[[], int],
    state_bytes: int,
) -> Measurements:
    """Return all measurements of the replica.

    Those of the engine describe one state, but for what lists earn: that is read in steps before.
    """
    stored, earned = await _stored(stores), await paying(engine)
    made_ms = stored.snapshot_time_ms
    snapshotter = shell.snapshotter
    return Measurements(
        reads=health.reads,
        writes=health.writes,
        broken=bool(health.fault),
        entries_applied=shell.tail.position.sequence,
        entries_at_head=stored.entries_at_head,
        entries_kept=stored.entries,
        replicas=stored.replicas,
        operations_waiting=shell.appender.operations_waiting,
        events_lost=shell.losses.events,
        rewinds=shell.losses.rewinds,
        counts={**engine.lookups.counts(), **counts},
        memory_bytes=state_bytes,
        snapshot_age_s=None if made_ms is None else max(0, now_ms() - made_ms) / 1_000,
        snapshot_took_s=snapshotter.took_s,
        snapshots_taken=snapshotter.taken,
        snapshots_failed=snapshotter.failed,
        metrics=engine.lookups.metrics(),
        drift_counts=engine.lookups.drift_counts(),
        paying=earned,
    )
