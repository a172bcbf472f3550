"""Reads the Redis Stream of the log, entry by entry; the callers check the chain."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.raw import Raw, raw_of
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store

PAGE_BYTES = 1_000_000  # target size: a page is parsed in one step, during which requests wait
PAGE_ENTRIES_MAX = 500


class Entries(Protocol):
    """The entries of a log as they are stored; no method waits for new ones."""

    async def head(self) -> Position:
        """Return the last entry as the log says it, `START` for an empty log."""

    async def length(self) -> int:
        """Return how many entries are kept."""

    async def first(self) -> Raw | None:
        """Return the oldest stored entry."""

    async def last(self) -> Raw | None:
        """Return the newest stored entry."""

    async def at(self, offset: str) -> Raw | None:
        """Return the entry at an offset."""

    def entries(self, after: str) -> AsyncIterator[Raw]:
        """Yield the present entries after an offset."""


class Stream:
    """Reads what is there now; no method waits for new entries."""

    def __init__(self, store: Store, keys: Keys) -> None:
        """Create it; nothing is sent yet."""
        self._store = store
        self._keys = keys

    async def head(self) -> Position:
        """Return the last entry according to the head, `START` if there is no head."""
        n, offset = await self._store.call("HMGET", self._keys.head, "n", "id")
        return Position(offset.decode(), int(n)) if n and offset else START

    async def length(self) -> int:
        """Return how many entries are kept."""
        return int(await self._store.call("XLEN", self._keys.log))

    async def first(self) -> Raw | None:
        """Return the oldest stored entry."""
        return await self._one("XRANGE", "-", "+")

    async def last(self) -> Raw | None:
        """Return the newest stored entry, whatever the head says."""
        return await self._one("XREVRANGE", "+", "-")

    async def at(self, offset: str) -> Raw | None:
        """Return the entry at an offset."""
        return await self._one("XRANGE", offset, offset)

    async def _one(self, command: str, start: str, stop: str) -> Raw | None:
        found = await self._store.call(command, self._keys.log, start, stop, "COUNT", 1)
        return raw_of(found[0][0].decode(), found[0][1]) if found else None

    async def entries(self, after: str) -> AsyncIterator[Raw]:
        """Yield the present entries after an offset, in pages of about `PAGE_BYTES`."""
        count = 1
        while page := await self._page(after, count):
            for entry in page:
                yield entry
            after = page[-1].position.offset
            size = 1 + sum(len(entry.payload) for entry in page)
            count = max(1, min(PAGE_ENTRIES_MAX, PAGE_BYTES * len(page) // size))

    async def _page(self, after: str, count: int) -> list[Raw]:
        command = ("XRANGE", self._keys.log, f"({after}", "+", "COUNT", count)
        return [
            raw_of(offset.decode(), fields) for offset, fields in await self._store.call(*command)
        ]
