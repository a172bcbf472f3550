"""The adapter's start and end, with its process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from headwater_server.personalizer.adapter import Adapter
from headwater_server.personalizer.administration.calls import Administration
from headwater_server.personalizer.administration.configuration import Configuration
from headwater_server.personalizer.administration.evaluations import Evaluations
from headwater_server.personalizer.administration.running import Place, Runner
from headwater_server.personalizer.deadlines import DeadlineWatcher
from headwater_server.personalizer.figures.opening import LogOpening, Opening
from headwater_server.personalizer.figures.reading import reading
from headwater_server.personalizer.pending_events import PendingEvents
from headwater_server.personalizer.server_client import ServerClient
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings


@dataclass(frozen=True)
class LogPlace:
    """How to open the log, and what `headwater evaluate` needs to find it."""

    opening: Opening
    evaluating: Place


@asynccontextmanager
async def open_adapter(
    target: str,
    key: str,
    where: str | Path,
    storage: StorageSettings,
    settings: PersonalizerSettings,
    log: LogPlace | None = None,
) -> AsyncIterator[Adapter]:
    """Open an adapter to the server at ``target``, with the store at the URL or socket ``where``.

    Neither has to be reachable yet: until then callers get an error that names it. Without ``log``
    there are no figures and no evaluations.
    """
    async with AsyncExitStack() as parts:
        server, store = ServerClient(target), Store(where, storage)
        parts.push_async_callback(store.close)
        parts.push_async_callback(server.close)
        configuration = Configuration(store, storage.catalogue, settings)
        pending = PendingEvents(store, storage.catalogue, configuration)
        evaluations = Evaluations(store, storage.catalogue)
        runner = Runner(evaluations, log.evaluating) if log else None
        reader = None
        if log:
            opening = LogOpening(log.opening)
            reader = await parts.enter_async_context(reading(opening, store, storage.catalogue))
        calls = Administration(server, configuration, reader, evaluations, runner)
        adapter = Adapter(server, pending, configuration, calls)
        parts.push_async_callback(adapter.close)
        if runner:
            parts.push_async_callback(runner.close)
        await parts.enter_async_context(_watched(DeadlineWatcher(pending, adapter.feedback, key)))
        yield adapter


@asynccontextmanager
async def _watched(watcher: DeadlineWatcher) -> AsyncIterator[None]:
    watching = asyncio.create_task(watcher.run())
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
