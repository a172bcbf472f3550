"""Repairs a replica that is ahead of its log: it learned entries that the store then lost.

A store passes an entry to readers before it has written it to its disk. If its process ends just
then, the entry is gone, and nobody had acknowledged it. The state is restored from the newest
snapshot and the log, as a start does it.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, wait_fixed

from headwater_server.errors import StoreUnavailable
from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import Position, time_ms_of
from headwater_server.replica.ports.snapshots import Snapshots
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.snapshots.restore import restore
from headwater_server.replica.tail.tail import Tail

_log = structlog.get_logger(__name__)
LOST_MS_MAX = 5_000  # a store postpones a write by two seconds, and a confirmation waits three
PAUSE_S = 0.25


@dataclass(frozen=True, slots=True)
class Repair:
    """Restores ``engine``, which ``tail`` has brought ahead of ``log``."""

    engine: StateMachine
    tail: Tail
    log: Log
    snapshots: Snapshots

    async def done(self, confirmed: Position) -> bool:
        """Return whether the state is that of the log again, at an earlier entry.

        Only if the log lost so little, and so new, that no caller had its answer: not if this
        process has acknowledged any of it (``confirmed``), if it spans more than `LOST_MS_MAX`, or
        if it is another log. Then an operator decides.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(StoreUnavailable), wait=wait_fixed(PAUSE_S)
        )
        try:
            return await retrying(self._restored, confirmed)
        except (LogBroken, UnreadableEntry) as error:
            _log.error("the state cannot be restored from the log", reason=str(error))
            return False

    async def _restored(self, confirmed: Position) -> bool:
        applied = list(self.tail.recent)
        kept = await self.log.newest_of(applied)
        if kept is None or kept == applied[-1] or confirmed.sequence > kept.sequence:
            return False
        first, last = applied[applied.index(kept) + 1], applied[-1]
        if time_ms_of(last.offset) - time_ms_of(first.offset) > LOST_MS_MAX:
            return False
        restored, position = await restore(self.snapshots, self.log, type(self.engine))
        _log.error(
            "the store lost entries that it had passed on before it wrote them; nobody had an "
            "answer about them here. The state is restored from the log; callers send them again",
            entries_lost=last.sequence - kept.sequence,
            first_lost=first.offset,
            last_lost=last.offset,
            restored_at=position.offset,
        )
        self.engine.take_state(restored)
        self.tail.restart(position)
        return True
