"""One store of a group, as an operator on its machine sees it."""

from __future__ import annotations

from typing import Any

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from tests.system.crash.real_store import RealStore


class Node:
    """``port`` is the one that others reach it by; ``ask`` sends to exactly it."""

    def __init__(self, store: RealStore, port: int) -> None:
        self.store = store
        self.port = port

    async def ask(self, *command: str | int) -> Any:
        """Send a command past any network, as an operator on the machine does."""
        client = Store(self.store.url, StorageSettings(store_timeout_ms=5_000))
        try:
            return await client.call(*command)
        finally:
            await client.close()

    async def serves(self, replicas: int) -> bool:
        """Whether it is a primary with so many replicas that have all."""
        try:
            info = await self.ask("INFO", "replication")
        except StoreUnavailable:
            return False
        online = [one for name, one in info.items() if name.startswith("slave")]
        there = sum(one.get("state") == "online" for one in online if isinstance(one, dict))
        return info["role"] == "master" and there >= replicas
