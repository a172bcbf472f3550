"""Sends commands to the store; returns answers, or raises errors of the domain."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from headwater_server.errors import StoreRefused
from headwater_server.storage.redis.store_errors import store_errors
from headwater_server.storage.settings import StorageSettings

CONNECTIONS_MAX = 16
Argument = str | bytes | int


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
            # `_in_time` is the only timeout: redis-py's own costs a task per call, and in Python
            # 3.11 its wait_for loses a cancellation that arrives together with the end of a send
            "socket_timeout": None,
            "socket_connect_timeout": self._timeout_s,  # also limits closing
            "timeout": None,
            # an append that is repeated automatically could count twice
            "retry": Retry(NoBackoff(), 0),
            "max_connections": CONNECTIONS_MAX,
            "decode_responses": False,
            "protocol": 2,
        }
        self._pool = _pool(where, options)
        self._redis = Redis.from_pool(self._pool)

    async def call(self, *command: Argument) -> Any:
        """Return the answer; `StoreUnavailable`, `Overloaded` or redis' own `ResponseError`."""
        return await self._in_time(self._redis.execute_command(*command))  # type: ignore[no-untyped-call]

    async def call_both(self, first: tuple[Argument, ...], second: tuple[Argument, ...]) -> Any:
        """Send two commands on one connection; return both answers, errors among them."""
        return await self.call_all((first, second))

    async def call_all(self, commands: Sequence[tuple[Argument, ...]]) -> Any:
        """Send commands on one connection; return all answers in order, errors among them."""
        pipeline = self._redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        return await self._in_time(pipeline.execute(raise_on_error=False))

    async def _in_time(self, work: Awaitable[Any]) -> Any:
        with store_errors():
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await work
            except (TimeoutError, asyncio.CancelledError):
                await self._drop_idle()
                raise

    async def _drop_idle(self) -> None:
        """Close idle connections: the handshake of one of them may have been interrupted.

        redis-py puts it back as usable, and would read the rest of the handshake as an answer.
        """
        for connection in list(self._pool._available_connections):  # noqa: SLF001 - see above
            await connection.disconnect(nowait=True)

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()

    aclose = close


def _pool(where: str | Path, options: dict[str, Any]) -> BlockingConnectionPool:
    """Return a pool that has not connected yet; `StoreRefused` if the URL has unusable options."""
    if isinstance(where, Path):
        options |= {"connection_class": UnixDomainSocketConnection, "path": str(where)}
        return BlockingConnectionPool(**options)
    try:
        pool = BlockingConnectionPool.from_url(where, **options)
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
