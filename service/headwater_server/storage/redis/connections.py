"""Connections of redis-py, each for one exchange at a time, to the server that is the primary.

redis-py's own pool takes as long as the exchange with the store: locks, events and counters for
each command. An append waits for two exchanges, so this is a good part of what an event costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from hiredis import pack_command

from headwater_server.storage.redis.primary import Primary
from headwater_server.storage.redis.store_url import Address

Command = tuple[str | bytes | int, ...]
Answer = TypeVar("Answer")


class Connections:
    """Opens up to ``most`` connections; those that are not in use are used again."""

    def __init__(self, make: Callable[[Address | None], Any], most: int, primary: Primary) -> None:
        """Create it; the first use connects to where ``primary`` is then."""
        self._make = make
        self._primary = primary
        self._places = asyncio.Semaphore(most)
        self._idle: list[tuple[Address | None, Any]] = []
        self._all: set[Any] = set()

    async def exchange(
        self, use: Callable[[Any], Awaitable[Answer]], at: Address | None = None
    ) -> Answer:
        """Return what ``use`` makes of a connection; wait for one if all are in use.

        ``at`` is another server than the primary. After an error the connection is closed: an
        answer may be on its way that is not of the next command. The primary is looked up again.
        """
        async with self._places:
            address = at or await self._primary.address()
            connection = await self._taken(address)
            try:
                await _connect(connection)
                answer = await use(connection)
            except BaseException as error:
                if isinstance(error, Exception):
                    self._primary.failed()
                await self._drop(connection)
                raise
            self._idle.append((address, connection))
            return answer

    async def _taken(self, address: Address | None) -> Any:
        while self._idle:
            at, connection = self._idle.pop()
            if at == address:
                return connection
            await self._drop(connection)
        connection = self._make(address)
        self._all.add(connection)
        return connection

    async def _drop(self, connection: Any) -> None:
        self._all.discard(connection)
        await connection.disconnect(nowait=True)

    async def close(self) -> None:
        """Close all of them."""
        for connection in list(self._all):
            await connection.disconnect(nowait=True)


async def _connect(connection: Any) -> None:
    """Connect, and again if the store has closed it meanwhile, or if something is unread."""
    if connection.is_connected and await connection.can_read():
        await connection.disconnect(nowait=True)
    if not connection.is_connected:
        await connection.connect()


def packed(commands: Iterable[Command]) -> bytes:
    r"""Return the bytes of commands; the first word may hold several: "INFO PERSISTENCE".

    >>> packed([("INFO PERSISTENCE",)])
    b'*2\r\n$4\r\nINFO\r\n$11\r\nPERSISTENCE\r\n'
    """
    return b"".join(
        pack_command((*str(name).split(), *arguments))  # type: ignore[arg-type]  # any length
        for name, *arguments in commands
    )
