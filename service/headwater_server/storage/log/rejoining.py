"""Makes log and archive one chain again after a failover, without an operator.

An archive may have entries that the new primary never had. If the log has not gone on, they are
appended again, so that nothing is lost; otherwise their files are renamed.
"""

from __future__ import annotations

import asyncio

import structlog

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.fork import fork_of, move_aside, restore_tail, tail_fits
from headwater_server.storage.archive.restoring import Restoring
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.redis.store import Store

_log = structlog.get_logger(__name__)
TRIES = 20
PAUSE_S = 0.25


class Rejoining:
    """For stores that may fail over; elsewhere an operator decides (`headwater doctor`)."""

    def __init__(self, store: Store, keys: Keys, archive: Archive) -> None:
        """Create it; nothing is sent yet."""
        self._stream = Stream(store, keys)
        self._archive = archive
        self._restoring = Restoring(store, keys)

    async def run(self) -> None:
        """Change nothing if they match, if the log is empty, or if they share no entry."""
        for _ in range(TRIES):
            if not await self._differ():
                return
            with self._archive.locked() as ours:  # several processes may notice it
                if ours:
                    await self._rejoin()
                    break
            await asyncio.sleep(PAUSE_S)

    async def _differ(self) -> bool:
        end, head = await asyncio.to_thread(self._archive.last), await self._stream.head()
        if START in (end, head):
            return False
        there, first = await self._stream.at(end.offset), await self._stream.first()
        if there is None:
            return first is not None and first.position.sequence <= end.sequence  # not trimmed
        return there.position != end

    async def _rejoin(self) -> None:
        if await tail_fits(self._stream, self._archive):
            try:
                number = await restore_tail(self._stream, self._archive, self._restoring)
            except LogBroken:  # others have appended meanwhile
                pass
            else:
                _log.error("archived entries that the store lost are on the log", entries=number)
                return
        fork = await fork_of(self._stream, self._archive)
        if fork.common and fork.entries:
            await asyncio.to_thread(move_aside, self._archive, fork)
            _log.error(
                "archived entries that the store lost are kept in renamed files (.aside)",
                entries=fork.entries,
                common=fork.common,
            )
