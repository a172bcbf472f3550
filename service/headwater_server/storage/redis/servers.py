"""Asks several servers the same question at once: sentinels, or the nodes of a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from headwater_server.storage.redis.store_url import Address


class Servers:
    """Each has a client of redis-py; ``url`` has the user and the options for all of them."""

    def __init__(self, url: str, addresses: Sequence[Address], timeout_s: float) -> None:
        """Create it; nothing is sent yet."""
        self._url = url
        self._options: dict[str, Any] = {
            "socket_timeout": timeout_s,
            "socket_connect_timeout": timeout_s,
            "retry": Retry(NoBackoff(), 0),
            "decode_responses": True,
            "protocol": 2,
        }
        self._clients: dict[Address, Redis] = {}
        self.add(addresses)

    def add(self, addresses: Sequence[Address]) -> None:
        """Ask these, too."""
        for address in addresses:
            if address not in self._clients:
                self._clients[address] = Redis.from_pool(self._pool(address))

    def _pool(self, address: Address) -> ConnectionPool:
        pool = ConnectionPool.from_url(self._url, max_connections=2, **self._options)
        pool.connection_kwargs |= {"host": address[0], "port": address[1]}
        return pool

    async def ask(self, *commands: Sequence[str], patience_s: float, others_s: float) -> list[Any]:
        """Return each server's answers to all commands, or its error.

        Of those that come at most ``others_s`` after the first good one.

        >>> import asyncio
        >>> asyncio.run(Servers("redis://h", [], 1).ask(["PING"], patience_s=1, others_s=1))
        []
        """
        tasks = [
            asyncio.create_task(self._one(client, commands)) for client in self._clients.values()
        ]
        loop = asyncio.get_running_loop()
        end_s, waiting = loop.time() + patience_s, set(tasks)
        while waiting and loop.time() < end_s:
            done, waiting = await asyncio.wait(
                waiting, timeout=end_s - loop.time(), return_when=asyncio.FIRST_COMPLETED
            )
            if any(not isinstance(task.result(), BaseException) for task in done):
                end_s = min(end_s, loop.time() + others_s)
        for task in waiting:
            task.cancel()
        return [task.result() for task in tasks if task not in waiting]

    async def _one(self, client: Redis, commands: Sequence[Sequence[str]]) -> Any:
        try:
            return [
                await client.execute_command(*command)  # type: ignore[no-untyped-call]
                for command in commands
            ]
        except (RedisError, OSError, TimeoutError) as error:
            return error

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            await client.aclose(close_connection_pool=True)
