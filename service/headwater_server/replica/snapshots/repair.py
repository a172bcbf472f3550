"""Returns a replica to its log: it learned entries that the store then lost.

A failover to a replica of the store that was behind does that, a power cut, or a store that passes
an entry on before it has written it. The state is restored from the newest snapshot that is on the
log, as a start does it; from there the tail goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, wait_fixed

from headwater_server.errors import StoreUnavailable
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START
from headwater_server.replica.ports.snapshots import Snapshots
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.snapshots.restore import restore
from headwater_server.replica.tail.recent_entries import Missing
from headwater_server.replica.tail.tail import Tail

_log = structlog.get_logger(__name__)
PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class Repair:
    """Restores ``engine``, which ``tail`` has brought ahead of ``log``. It needs only the ports."""

    engine: StateMachine
    tail: Tail
    log: Log
    snapshots: Snapshots

    async def done(self) -> Missing | None:
        """Return what the log lost, when the state is that of an earlier entry of the log.

        None if the state is not ahead: the log is broken after its entry, or it is another log,
        which shares nothing with the past of this state. Then an operator decides. It waits for
        the store. `LogBroken` if no state can be restored.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(StoreUnavailable), wait=wait_fixed(PAUSE_S)
        )
        return await retrying(self._restored)

    async def _restored(self) -> Missing | None:
        positions = self.tail.recent.positions()
        common = await self.log.newest_of(positions)
        if common is None or common in (START, positions[-1]):
            return None
        missing = self.tail.recent.missing_after(common)
        engine_type = type(self.engine)
        restored, position = await restore(self.snapshots, self.log, engine_type, is_ours=True)
        _log.error(
            "the store lost entries that were learned here; the state returns to the log, and goes "
            "on from there. Callers that send the lost events again are answered CREATED",
            entries_lost=missing.entries,
            first_lost=missing.first.offset,
            last_lost=missing.last.offset,
            common=common.offset,
            restored_at=position.offset,
        )
        self.engine.take_state(restored)
        self.tail.restart(position)
        return missing
