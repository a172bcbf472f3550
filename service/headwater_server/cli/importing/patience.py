"""A log that is busy or away for a while: an import waits for it, and appends nothing twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event
from headwater_server.errors import Overloaded, StoreRefused, StoreUnavailable
from headwater_server.replica.ports.log import Log, LoggedEntry
from headwater_server.replica.ports.position import START, Position

PATIENCE_S = 120.0
PAUSE_S = 0.5
Answer = TypeVar("Answer")


class Patient:
    """Appends and reads; each call is tried again for two minutes while the store is away."""

    def __init__(self, log: Log, head: Position = START) -> None:
        self._log = log
        self._head = head

    async def append(self, entry: Entry) -> Position:
        """Append an entry once: a try without an answer may have been written, so look first."""
        encoded = self._log.encode(entry.operations, imported=entry.imported)
        tried = False

        async def once() -> Position:
            nonlocal tried
            if tried and (at := await self._written(entry)) is not None:
                return at
            tried = True
            return await self._log.append([encoded])

        self._head = await patiently(once)
        return self._head

    async def _written(self, entry: Entry) -> Position | None:
        """Return where an earlier try put the entry, None if it did not."""
        if await self._log.head() == self._head:
            return None
        async for logged in self._log.iterate(self._head):
            if _same(logged.entry, entry):
                return logged.position
        return None

    async def iterate(self, after: Position) -> AsyncIterator[LoggedEntry]:
        """Yield the entries after a position, going on where the store went away."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                async for logged in self._log.iterate(after):
                    after = logged.position
                    yield logged
                    give_up = time.monotonic() + PATIENCE_S
            except (StoreUnavailable, Overloaded) as error:
                await _wait(error, give_up)
            else:
                return


async def patiently(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Return the call's answer; while the store is away it is made again. Raises its last error."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await call()
        except (StoreUnavailable, Overloaded) as error:
            await _wait(error, give_up)


async def _wait(error: Exception, give_up: float) -> None:
    if isinstance(error, StoreRefused) or time.monotonic() > give_up:
        raise error
    await asyncio.sleep(PAUSE_S)


def _same(logged: Entry, entry: Entry) -> bool:
    return [_id(one) for one in logged.operations] == [_id(one) for one in entry.operations]


def _id(operation: object) -> object:
    return operation.event_id if isinstance(operation, Event) else operation
