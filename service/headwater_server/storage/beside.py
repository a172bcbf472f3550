"""What is stored beside the log: in a Redis or Valkey, or in a directory or an object store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

from headwater_server.replica.ports.evaluations import Evaluations
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.registry import Replicas
from headwater_server.storage.archive.archiver import Charge, RedisCharge
from headwater_server.storage.extras import extra
from headwater_server.storage.kept.evaluations import RedisEvaluations
from headwater_server.storage.kept.holdings import RedisServer
from headwater_server.storage.kept.quarantine import RedisQuarantine
from headwater_server.storage.kept.replicas import RedisReplicas
from headwater_server.storage.kept.snapshots import Contains, RedisSnapshots
from headwater_server.storage.kept.token_key_ring import RedisTokenKeys, Ring
from headwater_server.storage.key_names import Keys
from headwater_server.storage.parts import StoredQuarantine, StoredSnapshots
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A log that is not in the store: its head, and whether it has an entry."""

    head: Callable[[], Awaitable[Position]]
    contains: Contains


@dataclass(frozen=True, slots=True)
class Beside:
    """All parts but the log. ``store`` and ``server`` are None without a Redis or Valkey."""

    snapshots: StoredSnapshots
    quarantine: StoredQuarantine
    replicas: Replicas
    ring: Ring
    evaluations: Evaluations
    charge: Charge
    server: RedisServer | None = None
    store: Store | None = None


def in_redis(
    store: Store,
    reader: Store,
    settings: StorageSettings,
    *,
    data_dir: Path | None,
    knows_waitaof: bool,
    log: Elsewhere | None,
) -> Beside:
    """Return the parts in a store; ``reader`` may wait for its disk."""
    keys = Keys(settings.catalogue)
    return Beside(
        RedisSnapshots(store, settings, log.contains if log else None),
        RedisQuarantine(store, settings),
        RedisReplicas(store, settings, log.head if log else None),
        RedisTokenKeys(store, keys.token_keys, data_dir),
        RedisEvaluations(store, settings),
        RedisCharge(reader, keys, knows_waitaof=knows_waitaof),
        RedisServer(store, keys),
        store,
    )


def in_objects(url: str, settings: StorageSettings, log: Elsewhere) -> Beside:
    """Return the parts in a directory or an object store."""
    with extra("snapshots", "objects"):
        from headwater_server.storage.objects import opening  # noqa: PLC0415 - optional
    parts = opening.open_objects(url, settings, log.contains)
    return Beside(
        parts.snapshots,
        parts.quarantine(),
        parts.replicas(log.head),
        parts.ring(),
        parts.evaluations(),
        parts.charge(),
    )


def with_snapshots(beside: Beside, url: str, settings: StorageSettings, log: Elsewhere) -> Beside:
    """Return the parts with the snapshots in a directory or an object store."""
    with extra("snapshots", "objects"):
        from headwater_server.storage.objects import opening  # noqa: PLC0415 - optional
    return replace(beside, snapshots=opening.open_objects(url, settings, log.contains).snapshots)
