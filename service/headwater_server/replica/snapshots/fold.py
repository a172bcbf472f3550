"""Folds the log again without serving, for `digest --at` and as the tests' reference."""

from __future__ import annotations

from collections.abc import Callable

from headwater_server.errors import NotFound
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.ports.snapshots import Snapshots
from headwater_server.replica.snapshots.restore import EngineT, restore


async def fold(
    log: Log,
    engine_type: type[EngineT],
    *,
    snapshots: Snapshots | None = None,
    until: str | None = None,
    on_entry: Callable[[Position], None] = lambda _: None,
) -> tuple[EngineT, Position]:
    """Return a new engine that has applied the log up to ``until`` (all of it by default).

    It starts from the newest snapshot before ``until`` if ``snapshots`` is given, otherwise from
    the first entry. `NotFound` if no entry has the offset ``until``; `LogBroken` if entries are
    missing.
    """
    engine, position = engine_type(), START
    if snapshots is not None:
        engine, position = await restore(snapshots, log, engine_type, until=until)
    async for logged in log.iterate(position, until):
        engine.apply(logged.entry)
        position = logged.position
        on_entry(position)
    if until is not None and position.offset != until:
        raise NotFound("offset", until)
    return engine, position
