"""The end of each event's wait: what was not told is told, with the default reward if none came."""

from __future__ import annotations

import asyncio

import structlog

from headwater import HeadwaterError
from headwater_server.errors import HeadwaterError as StoreError
from headwater_server.personalizer.memory import Memory
from headwater_server.personalizer.teaching import Teaching

LOOK_S = 0.25
TROUBLED_S = 2.0
_log = structlog.get_logger(__name__)


class Waiting:
    """Looks for events whose wait is over. Any number of processes may: each event has one taker.

    Who dies with an event leaves it to the next; then it may be told twice, and is learned once.
    """

    def __init__(self, memory: Memory, teaching: Teaching, key: str) -> None:
        """``key``: the web process's own, since no caller stands behind a default reward."""
        self._memory = memory
        self._teaching = teaching
        self._key = key

    async def watch(self) -> None:
        """Go on until cancelled."""
        troubled = False
        while True:
            try:
                while due := await self._memory.claim():
                    for event_id in due:
                        await self._end(event_id)
                troubled = False
            except (HeadwaterError, StoreError) as error:
                if not troubled:
                    _log.warning("default rewards wait", why=str(error))
                troubled = True
            await asyncio.sleep(TROUBLED_S if troubled else LOOK_S)

    async def _end(self, event_id: str) -> None:
        event = await self._memory.recall(event_id)
        if event and event.active:
            reward = event.total if event.rewards else event.told.default_reward
            await self._teaching.teach(self._key, event, reward)
        await self._memory.forget(event_id)
