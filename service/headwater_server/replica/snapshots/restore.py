"""Restores the state that a replica starts from: the newest intact snapshot, or an empty one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import structlog

from headwater_server.errors import CodeMissing
from headwater_server.garbage import no_passes
from headwater_server.replica.faults import DamagedSnapshot, LogBroken
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START, Position, offset_key
from headwater_server.replica.ports.snapshots import Snapshots
from headwater_server.replica.ports.state_machine import StateMachine

_log = structlog.get_logger(__name__)
EngineT = TypeVar("EngineT", bound=StateMachine)


async def restore(
    snapshots: Snapshots,
    log: Log,
    engine_type: type[EngineT],
    *,
    until: str | None = None,
    is_ours: bool = False,
) -> tuple[EngineT, Position]:
    """Return the newest available state at or before ``until``, and its position.

    A snapshot that is damaged, of another build, or of an entry that the log lost, is logged and
    skipped: the one before it and the log give the same state. `LogBroken` if log, head and archive
    do not match, if snapshots exist and none of them is of this log, unless the caller knows that
    it ``is_ours``, or if none can be used and the first entry is gone. `CodeMissing` if the newest
    one was learned with code of the shop that this process cannot import.
    """
    reasons, strange = list[str](), START
    for meta in await snapshots.published():
        if until is not None and offset_key(meta.position.offset) > offset_key(until):
            continue
        if await log.newest_of([meta.position]) is None:
            _log.error("a snapshot is of entries that the log lost", offset=meta.position.offset)
            strange = max(strange, meta.position, key=lambda one: one.sequence)
            continue
        try:
            with no_passes():
                engine = engine_type.restore(await snapshots.load(meta))
        except CodeMissing as error:
            # without it the log would give another state, which would be published as the newest
            raise CodeMissing(
                f"{error} The newest snapshot was learned with it: install it here, too"
            ) from None
        except (DamagedSnapshot, ValueError) as error:
            _log.error("a snapshot is refused", offset=meta.position.offset, reason=str(error))
            reasons.append(f"the snapshot at {meta.position.offset}: {error}")
            continue
        await log.verify(meta.position)
        return engine, meta.position
    # where snapshots exist, and none of them is of this log, this says what the log lacks
    await log.verify(START if is_ours else strange)
    await _check_first(log, reasons)
    return engine_type(), START


async def _check_first(log: Log, reasons: Sequence[str]) -> None:
    """Raise `LogBroken`, with the reasons, if no state can be restored."""
    try:
        async for _ in log.iterate(START):
            return
    except LogBroken as error:
        why = "; ".join(reasons) or "there is no snapshot"
        raise LogBroken(error.expected, error.found, f"no state to start from: {why}") from error
