"""A real server on a real store, that can be restarted, behind a proxy that can lose answers."""

from __future__ import annotations

from contextlib import AsyncExitStack

from headwater import AsyncClient
from headwater_server.engine.engine import Engine
from headwater_server.replica.replica import Replica
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.api_server import serving
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import STORE_TIMEOUT_MS
from tests.system.crash.call_proxy import CallProxy, call_proxy


class Served:
    """One catalogue of a store, with a replica, its gRPC server, a proxy and a client."""

    storage: Storage
    replica: Replica
    proxy: CallProxy
    client: AsyncClient

    def __init__(self, redis_url: str, catalogue: str) -> None:
        self._redis_url = redis_url
        self._settings = StorageSettings(catalogue=catalogue, store_timeout_ms=STORE_TIMEOUT_MS)
        self._stack = AsyncExitStack()

    async def start(self, *, snapshot_on_stop: bool = True) -> None:
        enter = self._stack.enter_async_context
        self.storage = await enter(open_storage(self._settings, redis_url=self._redis_url))
        options = {"engine_type": Engine, "snapshot_on_stop": snapshot_on_stop}
        self.replica = await enter(running_replica(self.storage, **options))
        self.proxy = await enter(call_proxy(await enter(serving(self.replica))))
        self.client = await enter(AsyncClient(self.proxy.address))

    async def stop(self) -> None:
        await self._stack.aclose()

    async def restart(self, *, snapshot_on_stop: bool) -> None:
        await self.stop()
        await self.start(snapshot_on_stop=snapshot_on_stop)

    async def digests(self) -> tuple[str, str]:
        """Return what the server shows, and what a fresh engine makes of the log."""
        shown = (await self.client.get_model(compute_digest=True)).digest
        return shown, await folded_digest(self.storage, Engine)
