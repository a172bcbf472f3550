"""Folds a store's log for a command, and shows how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater_server.cli.progress import Progress

if TYPE_CHECKING:
    from headwater_server.engine.engine import Engine
    from headwater_server.replica.ports.position import Position
    from headwater_server.storage.storage import Storage


async def folded(
    storage: Storage, until: str | None = None, *, from_log: bool = False
) -> tuple[Engine, Position]:
    """Return the engine at ``until``, by default at the log's end, and its position.

    It begins at a snapshot, with ``from_log`` at the first entry. Raises what `fold` raises.
    """
    from headwater_server.engine.engine import Engine
    from headwater_server.replica.snapshots.fold import fold

    snapshots = None if from_log else storage.snapshots
    head = await storage.log.head()
    with Progress("replay", head.sequence, quick=True) as progress:
        return await fold(
            storage.log,
            Engine,
            snapshots=snapshots,
            until=until,
            on_entry=lambda position: progress.at(position.sequence, "entries"),
        )
