"""Where the log ends: asked of the store, once for all requests that wait for the answer."""

from __future__ import annotations

import asyncio

from headwater_server.errors import StoreUnavailable
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import START, offset_key


class LogEnd:
    """Knows an offset that the log has, and asks for a later one when it is needed."""

    def __init__(self, log: Log) -> None:
        """Begin with the start of the log."""
        self._log = log
        self._known = offset_key(START.offset)
        self._asking: asyncio.Task[bool] | None = None

    async def is_before(self, offset: str) -> bool:
        """Return whether the log ends before ``offset``; False while the store does not answer.

        Another replica may have acknowledged the offset just now, so an answer to a question that
        was sent before this call proves nothing.
        """
        key = offset_key(offset)
        if self._asking is not None:
            await asyncio.shield(self._asking)
        if key <= self._known:
            return False
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        is_answered = await asyncio.shield(self._asking)
        return is_answered and key > self._known

    async def _ask(self) -> bool:
        try:
            head = await self._log.head()
        except StoreUnavailable:
            return False
        finally:
            self._asking = None
        self._known = max(self._known, offset_key(head.offset))
        return True
