"""Publish a state that was replayed without a server, so that the next start is quick."""

from __future__ import annotations

from headwater_server.engine.engine import Engine
from headwater_server.engine.snapshot.versions import RIVER_VERSION
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.snapshots import SnapshotMeta
from headwater_server.storage.parts import StoredSnapshots


async def publish(
    engine: Engine, position: Position, snapshots: StoredSnapshots, *, instead_of_all: bool = False
) -> None:
    """Publish ``engine`` as the snapshot at ``position``; if asked, as the only one."""
    settings = engine.settings.canonical()
    meta = SnapshotMeta(position, Engine.STATE_VERSION, RIVER_VERSION, settings)
    await snapshots.save(meta, engine.capture(), instead_of_all=instead_of_all)
