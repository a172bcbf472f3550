"""The door, opened and closed with the process that it is in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from headwater_server.personalizer.adapter import Door
from headwater_server.personalizer.memory import Memory
from headwater_server.personalizer.server import Server
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.personalizer.waiting import Waiting
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings


@asynccontextmanager
async def open_door(
    target: str,
    key: str,
    where: str | Path,
    storage: StorageSettings,
    settings: PersonalizerSettings,
) -> AsyncIterator[Door]:
    """Open the door to the server at ``target``, with the store at the URL or socket ``where``.

    Neither needs to be there yet: until then callers are told so.
    """
    server, store = Server(target), Store(where, storage)
    memory = Memory(store, storage.catalogue, settings)
    door = Door(server, memory, settings)
    watching = asyncio.create_task(Waiting(memory, door.teaching, key).watch())
    try:
        yield door
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await door.close()
        await server.close()
        await store.close()
