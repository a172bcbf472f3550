"""Publishing a state that was folded without a server, so that the next start is warm."""

from __future__ import annotations

from importlib.metadata import version

from headwater_server.engine.engine import Engine
from headwater_server.replica.ports import SnapshotMeta, Snapshots
from headwater_server.replica.position import Position


async def keep(engine: Engine, position: Position, snapshots: Snapshots) -> None:
    """Publish ``engine`` as the snapshot at ``position``."""
    settings = engine.settings.canonical()
    meta = SnapshotMeta(position, Engine.STATE_VERSION, version("river"), settings)
    await snapshots.save(meta, engine.capture())
