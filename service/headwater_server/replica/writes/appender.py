"""Group commit: while one append is under way others queue, and the next takes all that wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from headwater_server.engine.messages.entries import Operation
from headwater_server.errors import HeadwaterError, Overloaded, StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.health import Health
from headwater_server.replica.ports.log import Log
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.tail.acknowledgements import (
    Acknowledged,
    Acknowledgements,
    Outcomes,
    Waiting,
    acknowledge,
    refuse,
)

RETRY_AFTER_MS = 100


class Appender:
    """Puts operations on the log, many calls' in one entry."""

    def __init__(
        self,
        log: Log,
        acknowledgements: Acknowledgements,
        health: Health,
        settings: ReplicaSettings,
    ) -> None:
        """Nothing is appended before `run`."""
        self._log = log
        self._acknowledgements = acknowledgements
        self._health = health
        self._settings = settings
        self._queue: deque[Waiting] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._left = asyncio.Event()
        self._calls = 0
        self._operations = 0

    @property
    def operations_waiting(self) -> int:
        """Return how many are on their way: not yet durable, or not yet applied."""
        return self._operations

    async def drained(self) -> None:
        """Return when nothing is on its way."""
        await self._idle.wait()

    async def some_left(self) -> None:
        """Return when a call that is on its way now has ended: there may be room."""
        self._left.clear()
        await self._left.wait()

    def submit(self, operations: Sequence[Operation]) -> Waiting:
        """Queue operations; the future ends when they are durable and applied.

        `Overloaded` when too many are on their way, so that callers hear it early.
        """
        limit = self._settings.unacknowledged_operations_max
        if self._operations and self._operations + len(operations) > limit:
            raise Overloaded(RETRY_AFTER_MS, "too much feedback is on its way")
        encoded = self._log.encode(operations)
        future: asyncio.Future[Acknowledged] = asyncio.get_running_loop().create_future()
        waiting = Waiting(encoded, len(operations), future)
        self._calls += 1
        self._idle.clear()
        self._operations += waiting.size
        future.add_done_callback(lambda _: self._leave(waiting))
        self._queue.append(waiting)
        self._wake.set()
        return waiting

    def _leave(self, waiting: Waiting) -> None:
        self._calls -= 1
        self._operations -= waiting.size
        self._left.set()
        if not self._calls:
            self._idle.set()

    async def run(self) -> None:
        """Append until cancelled."""
        while True:
            await self._wake.wait()
            await self._linger()
            group = self._take_group()
            if group:
                await self._commit(group)

    async def _linger(self) -> None:
        """Wait for company if there is some: it comes back right after an acknowledgement."""
        if len(self._queue) < self._calls >= self._settings.linger_from_calls:
            await asyncio.sleep(self._settings.linger_ms / 1_000)

    def _take_group(self) -> list[Waiting]:
        group: list[Waiting] = []
        size = content = 0
        while self._queue:
            following = self._queue[0]
            size, content = size + following.size, content + len(following.encoded)
            full = size > self._settings.group_operations_max
            if group and (full or content > self._settings.group_bytes_max):
                return group
            self._queue.popleft()
            if not following.future.done():  # its caller may have left
                group.append(following)
        self._wake.clear()
        return group

    async def _commit(self, group: list[Waiting]) -> None:
        self._acknowledgements.expect()
        try:
            position = await self._log.append([waiting.encoded for waiting in group])
        except BaseException as error:
            self._acknowledgements.forget()
            self._fail(group, error)
            if not isinstance(error, Exception):
                raise
            return
        for waiting in group:
            waiting.appended = True
        applied = self._acknowledgements.claim(position.offset)
        applied.add_done_callback(lambda done: _settle(group, position.offset, done))

    def _fail(self, group: list[Waiting], error: BaseException) -> None:
        if isinstance(error, LogBroken):
            self._health.broken(str(error))
        elif isinstance(error, StoreUnavailable):
            self._health.store_away()
            group = [*group, *self._queue]  # those would only wait for the next timeout
            self._queue.clear()
        known = isinstance(error, HeadwaterError)
        refuse(group, error if known else StoreUnavailable())


def _settle(group: list[Waiting], offset: str, applied: asyncio.Future[Outcomes]) -> None:
    if error := applied.exception():
        refuse(group, error)
    else:
        acknowledge(group, offset, applied.result())
