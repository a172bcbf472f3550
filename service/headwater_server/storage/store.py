"""The store as the rest of this package sees it: commands in, answers or domain errors out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.store_errors import store_errors

CONNECTIONS_MAX = 16
Argument = str | bytes | int


class Store:
    """A client with a timeout on every call, that tries nothing twice behind our back."""

    def __init__(
        self, where: str | Path, settings: StorageSettings, *, blocking_ms: int = 0
    ) -> None:
        """Speak to the URL or unix socket ``where``; nothing is sent yet.

        ``blocking_ms`` is how long a command may wait on the server's side by design; the
        timeout comes on top of it.
        """
        timeout_s = settings.store_timeout_ms / 1_000
        options: dict[str, Any] = {
            "socket_timeout": timeout_s + blocking_ms / 1_000,
            "socket_connect_timeout": timeout_s,
            # an append that is repeated unasked could count twice
            "retry": Retry(NoBackoff(), 0),
            "timeout": timeout_s,
            "max_connections": CONNECTIONS_MAX,
            "decode_responses": False,
            "protocol": 2,
        }
        if isinstance(where, Path):
            options |= {"connection_class": UnixDomainSocketConnection, "path": str(where)}
            pool = BlockingConnectionPool(**options)
        else:
            pool = BlockingConnectionPool.from_url(where, **options)
        self._redis = Redis.from_pool(pool)

    async def call(self, *command: Argument) -> Any:
        """Return the answer; `StoreUnavailable`, `Overloaded` or redis' own `ResponseError`."""
        with store_errors():
            return await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]

    async def call_both(self, first: tuple[Argument, ...], second: tuple[Argument, ...]) -> Any:
        """Send two commands on one connection; return both answers, errors among them."""
        with store_errors():
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.execute_command(*first)
            pipeline.execute_command(*second)
            return await pipeline.execute(raise_on_error=False)

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose()
