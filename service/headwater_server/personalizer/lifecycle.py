"""The adapter's start and end, with its process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from headwater_server.personalizer.adapter import Adapter
from headwater_server.personalizer.deadlines import DeadlineWatcher
from headwater_server.personalizer.pending_events import PendingEvents
from headwater_server.personalizer.server_client import ServerClient
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings


@asynccontextmanager
async def open_adapter(
    target: str,
    key: str,
    where: str | Path,
    storage: StorageSettings,
    settings: PersonalizerSettings,
) -> AsyncIterator[Adapter]:
    """Open an adapter to the server at ``target``, with the store at the URL or socket ``where``.

    Neither has to be reachable yet: until then callers get an error that names it.
    """
    server, store = ServerClient(target), Store(where, storage)
    pending = PendingEvents(store, storage.catalogue, settings)
    adapter = Adapter(server, pending, settings)
    watching = asyncio.create_task(DeadlineWatcher(pending, adapter.feedback, key).run())
    try:
        yield adapter
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await adapter.close()
        await server.close()
        await store.close()
