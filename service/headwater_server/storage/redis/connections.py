"""Connections of redis-py, each for one exchange at a time.

redis-py's own pool takes as long as the exchange with the store: locks, events and counters for
each command. An append waits for two exchanges, so this is a good part of what an event costs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from hiredis import pack_command

Command = tuple[str | bytes | int, ...]
Answer = TypeVar("Answer")


class Connections:
    """Opens up to ``most`` connections; those that are not in use are used again."""

    def __init__(self, make: Callable[[], Any], most: int) -> None:
        """Create it; the first use connects."""
        self._make = make
        self._places = asyncio.Semaphore(most)
        self._idle: list[Any] = []
        self._all: set[Any] = set()

    async def exchange(self, use: Callable[[Any], Awaitable[Answer]]) -> Answer:
        """Return what ``use`` makes of a connection; wait for one if all are in use.

        After an error it is closed: an answer may be on its way that is not of the next command.
        """
        async with self._places:
            connection = self._idle.pop() if self._idle else self._new()
            try:
                await _connect(connection)
                answer = await use(connection)
            except BaseException:
                self._all.discard(connection)
                await connection.disconnect(nowait=True)
                raise
            self._idle.append(connection)
            return answer

    def _new(self) -> Any:
        connection = self._make()
        self._all.add(connection)
        return connection

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
