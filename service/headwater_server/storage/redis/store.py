"""Sends commands to the store; returns answers, or raises errors of the domain."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import ConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from headwater_server.errors import StoreRefused
from headwater_server.storage.redis.cluster import ClusterPrimary
from headwater_server.storage.redis.connections import Connections, packed
from headwater_server.storage.redis.primary import OnePrimary, Primary
from headwater_server.storage.redis.reasons import CHANGING
from headwater_server.storage.redis.sentinels import SentinelPrimary
from headwater_server.storage.redis.store_errors import good, store_errors
from headwater_server.storage.redis.store_url import Address, StoreUrl, parsed
from headwater_server.storage.settings import StorageSettings

CONNECTIONS_MAX = 16
REDIRECTS_MAX = 16  # while a cluster moves our slot, a command may be sent back and forth
TRY_AGAIN_S = 0.02
Argument = str | bytes | int
Command = tuple[Argument, ...]


class Store:
    """A client with a timeout on every call, and without automatic retries."""

    def __init__(
        self,
        where: str | Path,
        settings: StorageSettings,
        *,
        blocking_ms: int = 0,
        beside: Store | None = None,
    ) -> None:
        """Use the URL or unix socket ``where``; nothing is sent yet.

        The server that a command goes to is the primary: of the sentinels or the cluster that the
        URL names, and of a cluster's node. Where it is refused there, it was not done, so that it
        is sent again at once.

        ``blocking_ms`` is how long a command may block on the server by design; it is added to the
        timeout. ``beside`` is another client of the same store: both look for its primary together.
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
        url = StoreUrl("one", (), "") if isinstance(where, Path) else parsed(where)
        pool = _pool(where if isinstance(where, Path) else url.one, options)
        self._parsing = Redis.from_pool(pool)
        self.primary: Primary = beside.primary if beside else _primary(url, settings)

        def make(address: Address | None) -> Any:
            connection = pool.make_connection()  # type: ignore[no-untyped-call]
            if address is not None:
                connection.host, connection.port = address
            return connection

        self._connections = Connections(make, CONNECTIONS_MAX, self.primary)

    @property
    def may_fail_over(self) -> bool:
        """Whether sentinels or a cluster may name another server as the primary."""
        return self.primary.moves

    async def call(self, *command: Argument) -> Any:
        """Return the answer; `StoreUnavailable` or `Overloaded`, or an error of our own scripts."""
        return good((await self.call_all((command,)))[0])

    async def call_both(self, first: Command, second: Command) -> Any:
        """Send two commands on one connection; return both answers, errors among them."""
        return await self.call_all((first, second))

    async def call_all(self, commands: Sequence[Command]) -> list[Any]:
        """Send commands on one connection; return all answers in order, errors among them."""
        with store_errors():
            try:
                async with asyncio.timeout(self._timeout_s):
                    return await self._redirected(commands)
            except TimeoutError:
                self.primary.failed()
                raise

    async def _redirected(self, commands: Sequence[Command]) -> list[Any]:
        """Follow a cluster's redirections, as long as the first command was not done."""
        answers = await self._exchange(commands)
        for _ in range(REDIRECTS_MAX):
            first = answers[0] if answers else None
            if isinstance(first, MovedError):
                self.primary.moved(_address(first))
                answers = await self._exchange(commands)
            elif isinstance(first, AskError):
                asking = [part for command in commands for part in (("ASKING",), command)]
                answers = (await self._exchange(asking, at=_address(first)))[1::2]
            elif isinstance(first, TryAgainError):
                await asyncio.sleep(TRY_AGAIN_S)
                answers = await self._exchange(commands)
            else:
                break
        return self._seen(answers)

    def _seen(self, answers: list[Any]) -> list[Any]:
        """Look for another primary if this one is none any more."""
        if any(isinstance(one, ReadOnlyError | ClusterDownError | MovedError) for one in answers):
            self.primary.failed()
        if self.primary.moves:
            changing = CHANGING.error()
            return [changing if isinstance(one, ReadOnlyError) else one for one in answers]
        return answers

    async def _exchange(self, commands: Sequence[Command], at: Address | None = None) -> list[Any]:
        async def answers(connection: Any) -> list[Any]:
            await connection.send_packed_command(packed(commands), check_health=False)
            return [await self._answer(connection, command[0]) for command in commands]

        return await self._connections.exchange(answers, at)

    async def _answer(self, connection: Any, name: Argument) -> Any:
        """Return the answer as redis-py gives it for a command of that ``name``."""
        try:
            return await self._parsing.parse_response(connection, name)  # type: ignore[arg-type]
        except ResponseError as error:
            return error

    async def close(self) -> None:
        """Close all connections."""
        await self._connections.close()
        await self.primary.close()

    aclose = close


def _primary(url: StoreUrl, settings: StorageSettings) -> Primary:
    timeout_s = settings.store_timeout_ms / 2_000  # what is found in it is asked within the rest
    if url.kind == "sentinel":
        return SentinelPrimary(url, timeout_s)
    if url.kind == "cluster":
        return ClusterPrimary(url, settings.catalogue, timeout_s)
    return OnePrimary()


def _address(redirected: AskError) -> Address:
    return str(redirected.host), int(redirected.port)


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
