"""The quarantine: rejected events, each with its reason, on a separate stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from headwater_server.replica.ports.quarantine import (
    Quarantined,
    QuarantinedEvent,
    RejectedEvent,
)
from headwater_server.storage.kept.quarantined import fields_of, quarantined
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.written import Written
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings

PAGE = 500
FIND_AT_ONCE = 16


class RedisQuarantine:
    """Implements `replica.ports.quarantine.Quarantine`, and lists the stored events."""

    def __init__(self, store: Store, settings: StorageSettings) -> None:
        """Use the quarantine of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._settings = settings
        self._written = Written(store)
        keys = Keys(settings.catalogue)
        self._stream = keys.quarantine
        self._total = keys.quarantined
        self._prints = f"{keys.quarantine}:prints"
        self._put = Script("quarantine.lua", "headwater_server.storage.kept")

    async def put(self, rejected: Sequence[RejectedEvent]) -> int:
        """See the port; of an event that is too long only the ids are stored."""
        arguments: list[str | bytes | int] = [self._settings.quarantined_events_max]
        for one in rejected:
            arguments += self._fields(one)
        keys = (self._stream, self._total, self._prints)
        total = int(await self._put.run(self._store, keys, arguments))
        if self._settings.durability is Durability.EVERYSEC:
            await self._written.confirm()  # QUARANTINED is an answer, too
        return total

    async def total(self) -> int:
        """See the port."""
        return int(await self._store.call("GET", self._total) or 0)

    async def length(self) -> int:
        """See the port."""
        return int(await self._store.call("XLEN", self._stream))

    async def forget(self, user_id: str, visitor_ids: Sequence[str]) -> int:
        """See the port."""
        theirs = [kept async for kept in self.kept() if kept.is_of(user_id, visitor_ids)]
        await self.drop(theirs)
        return len(theirs)

    async def kept(self) -> AsyncIterator[Quarantined]:
        """Yield the stored events, oldest first."""
        start = "-"
        while page := await self._store.call("XRANGE", self._stream, start, "+", "COUNT", PAGE):
            for kept_id, fields in page:
                yield quarantined(kept_id, fields)
            start = "(" + page[-1][0].decode()

    async def newest(
        self, count: int, *, before: str = "", reason: str = ""
    ) -> list[QuarantinedEvent]:
        """See the port."""
        found: list[QuarantinedEvent] = []
        start, page_size = f"({before}" if before else "+", PAGE if reason else count
        while page := await self._page_before(start, page_size):
            kept = (quarantined(kept_id, fields).without_token() for kept_id, fields in page)
            found += [one for one in kept if reason in one.reason]
            if len(found) >= count:
                return found[:count]
            start = "(" + page[-1][0].decode()
        return found

    async def _page_before(self, start: str, count: int) -> Any:
        command = ("XREVRANGE", self._stream, start, "-", "COUNT", count)
        return await self._store.call(*command)

    async def find(self, kept_ids: Sequence[str]) -> list[Quarantined]:
        """See the port."""
        found: list[Quarantined] = []
        for start in range(0, len(kept_ids), FIND_AT_ONCE):
            few = kept_ids[start : start + FIND_AT_ONCE]
            ranges = ((self._stream, kept_id, kept_id) for kept_id in few)
            pages = await asyncio.gather(*(self._store.call("XRANGE", *one) for one in ranges))
            found += [quarantined(kept_id, fields) for page in pages for kept_id, fields in page]
        return found

    async def drop(self, kept: Sequence[Quarantined]) -> None:
        """Delete some events; an event that is deleted already is no error."""
        for start in range(0, len(kept), PAGE):
            few = kept[start : start + PAGE]
            await self._store.call("XDEL", self._stream, *[one.kept_id for one in few])
            if prints := [one.print for one in few if one.print]:
                await self._store.call("HDEL", self._prints, *prints)

    def _fields(self, rejected: RejectedEvent) -> list[str | bytes | int]:
        return list(fields_of(rejected, self._settings.quarantined_event_bytes_max).values())
