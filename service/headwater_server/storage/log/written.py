"""Confirms that the store has written an append to its file, before it is acknowledged.

With `appendfsync everysec` a store answers before it has written: while an fsync is under way it
postpones the write by up to two seconds, and on a full disk it keeps the write in its memory. If
its process ends then, the write is lost, though the store has answered. So the append asks again.
"""

from __future__ import annotations

import asyncio
import re

from headwater_server.errors import NotPermitted, StoreAnswered, StoreUnavailable
from headwater_server.storage.redis.store import Store

PATIENCE_S = 3.0  # a store postpones a write by two seconds at most
PAUSE_S = 0.002
_BUFFERED = re.compile(rb"aof_buffer_length:(\d+)")


class Written:
    """Asks the store for the state of its append-only file."""

    def __init__(self, store: Store) -> None:
        """Create it; nothing is sent yet."""
        self._store = store

    async def confirm(self) -> None:
        """Return when all writes until now are in the file; otherwise raise `StoreUnavailable`."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + PATIENCE_S
        while not written(await self.persistence()):
            if loop.time() >= end_s:
                raise StoreUnavailable(
                    "the store does not write to its disk in time (a slow fsync); nothing is "
                    "acknowledged"
                )
            await asyncio.sleep(PAUSE_S)

    async def persistence(self) -> bytes:
        """Return what the store says about its file; b"" if it does not say it."""
        try:
            # one word, since redis-py parses the answer of INFO, which takes as long as the call
            said: bytes = await self._store.call("INFO PERSISTENCE")
        except (StoreAnswered, NotPermitted):  # a managed server may hide it; the start says so
            return b""
        return said


def written(said: bytes) -> bool:
    """Whether nothing waits to be written. `StoreUnavailable` if the last write failed.

    >>> written(b"aof_last_write_status:ok aof_buffer_length:12")
    False
    >>> written(b"aof_last_write_status:ok aof_buffer_length:0")
    True
    """
    if b"aof_last_write_status:err" in said:
        raise StoreUnavailable(
            "the store cannot write its append-only file: its disk is full, or fails; nothing is "
            "acknowledged. Free space on it; it goes on by itself"
        )
    buffered = _BUFFERED.search(said)
    return buffered is None or buffered[1] == b"0"
