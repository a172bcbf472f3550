"""Sends commands to the store; returns answers, or raises errors of the domain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import ConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from headwater_server.errors import StoreRefused
from headwater_server.storage.redis.connections import Connections, packed
from headwater_server.storage.redis.store_errors import good, store_errors
from headwater_server.storage.settings import StorageSettings

CONNECTIONS_MAX = 16
Argument = str | bytes | int
Command = tuple[Argument, ...]


class Store:
    """A client with a timeout on every call, and without automatic retries."""

    def __init__(
        self, where: str | Path, settings: StorageSettings, *, blocking_ms: int = 0
    ) -> None:
        """Use the URL or unix socket ``where``; nothing is sent yet.

        ``blocking_ms`` is how long a command may block on the server by design; it is added to
        the timeout.
        """
        self._timeout_s = (settings.store_timeout_ms + blocking_ms) / 1_000
        options: dict[str, Any] = {
            # `call_all` has the only timeout: redis-py's own costs a task per call, and in Python
            # 3.11 its wait_for loses a cancellation that arrives together with the end of a send
            "socket_timeout": None,
            "socket_connect_timeout": self._timeout_s,  # also limits closing
            # an append that is repeated automatically could count twice
            "retry": Retry(NoBackoff(), 0),
            "decode_responses": False,
            "protocol": 2,
        }
        pool = _pool(where, options)
        self._parsing = Redis.from_pool(pool)
        self._connections = Connections(pool.make_connection, CONNECTIONS_MAX)

    async def call(self, *command: Argument) -> Any:
        """Return the answer; `StoreUnavailable`, `Overloaded` or redis' own `ResponseError`."""
        return good((await self.call_all((command,)))[0])

    async def call_both(self, first: Command, second: Command) -> Any:
        """Send two commands on one connection; return both answers, errors among them."""
        return await self.call_all((first, second))

    async def call_all(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands on one connection; return all answers in order, errors among them."""

        async def answers(connection: Any) -> list[Any]:
            await connection.send_packed_command(packed(commands), check_health=False)
            return [await self._answer(connection, command[0]) for command in commands]

        with store_errors():
            async with asyncio.timeout(self._timeout_s):
                return await self._connections.exchange(answers)

    async def _answer(self, connection: Any, name: Argument) -> Any:
        """Return the answer as redis-py gives it for a command of that ``name``."""
        try:
            return await self._parsing.parse_response(connection, name)  # type: ignore[arg-type]
        except ResponseError as error:
            return error

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.close()

    aclose = close


def _pool(where: str | Path, options: dict[str, Any]) -> ConnectionPool:
    """Return a pool that has not connected yet; `StoreRefused` if the URL has unusable options."""
    if isinstance(where, Path):
        options |= {"connection_class": UnixDomainSocketConnection, "path": str(where)}
        return ConnectionPool(**options)
    try:
        pool = ConnectionPool.from_url(where, **options)
        pool.connection_class(**pool.connection_kwargs)
        for name in ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"):
            path = pool.connection_kwargs.get(name)
            if path and not Path(path).is_file():
                raise StoreRefused(f"redis_url has an option {name} with a file that is not there")
    except (ValueError, TypeError, OSError, RedisError):
        raise StoreRefused(
            "redis_url cannot be used: check the options behind its ? (such as ssl_ca_certs)"
        ) from None
    return pool
