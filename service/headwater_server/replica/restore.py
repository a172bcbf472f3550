"""Where a replica starts: the newest whole snapshot, else the beginning of the log."""

from __future__ import annotations

from typing import TypeVar

import structlog

from headwater_server.replica.faults import DamagedSnapshot
from headwater_server.replica.ports import Log, Snapshots
from headwater_server.replica.position import START, Position, offset_key
from headwater_server.replica.state_machine import StateMachine

_log = structlog.get_logger(__name__)
EngineT = TypeVar("EngineT", bound=StateMachine)


async def restore(
    snapshots: Snapshots, log: Log, engine_type: type[EngineT], *, until: str | None = None
) -> tuple[EngineT, Position]:
    """Return the newest state that can be had at or before ``until``, and where it stands.

    A damaged snapshot, or one of another build, is said and passed over: the one before it and
    the log give the same state. `LogBroken` if the log is not the one of the snapshot.
    """
    for meta in await snapshots.published():
        if until is not None and offset_key(meta.position.offset) > offset_key(until):
            continue
        try:
            engine = engine_type.restore(await snapshots.load(meta))
        except (DamagedSnapshot, ValueError) as error:
            _log.error("a snapshot is refused", offset=meta.position.offset, reason=str(error))
            continue
        await log.verify(meta.position)
        return engine, meta.position
    return engine_type(), START
