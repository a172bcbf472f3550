"""Opens the log when it is first needed: a web process may start before its store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from headwater_server.storage.storage import Storage

Opening = Callable[[], AbstractAsyncContextManager[Storage]]


class LogOpening:
    """A log that is opened once, and closed with `close`."""

    def __init__(self, opening: Opening) -> None:
        """Open nothing yet; ``opening`` opens the place of the log."""
        self._opening = opening
        self._stack = AsyncExitStack()
        self._storage: Storage | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> Storage:
        """Return it. Raises what opening raises, such as `StoreUnavailable`: try again then."""
        async with self._lock:
            if self._storage is None:
                self._storage = await self._stack.enter_async_context(self._opening())
            return self._storage

    async def close(self) -> None:
        """Close it, if it was opened."""
        await self._stack.aclose()
