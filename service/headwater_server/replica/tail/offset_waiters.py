"""Tasks that wait until the state reaches an offset."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from headwater_server.replica.ports.position import START, offset_key

Key = tuple[int, int]


class OffsetWaiters:
    """Wakes the waiting tasks in the order of their offsets; cancelled ones cost nothing."""

    def __init__(self) -> None:
        """Begin at the start of the log."""
        self._reached: Key = offset_key(START.offset)
        self._ties = count()
        self._waiting: list[tuple[Key, int, asyncio.Future[None]]] = []

    def reached(self, offset: str) -> None:
        """Report that the state contains everything up to ``offset``."""
        self._reached = offset_key(offset)
        while self._waiting and self._waiting[0][0] <= self._reached:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)

    def has_reached(self, offset: str) -> bool:
        """Return whether the state is at least that new. `ValueError` if the text is no offset."""
        return offset_key(offset) <= self._reached

    async def wait_for(self, offset: str) -> None:
        """Return when the state is at least that new. `ValueError` if the text is no offset."""
        key = offset_key(offset)
        if key <= self._reached:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = (key, next(self._ties), future)
        heapq.heappush(self._waiting, waiting)
        try:
            await future
        finally:
            if future.cancelled():
                self._leave(waiting)

    def _leave(self, waiting: tuple[Key, int, asyncio.Future[None]]) -> None:
        self._waiting.remove(waiting)
        heapq.heapify(self._waiting)
