"""Two servers on one store, of which one is going to be slow: row 10."""

from __future__ import annotations

from contextlib import asynccontextmanager

from headwater import AsyncClient
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import free_port
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.oracle import fold_of, verdict
from tests.system.crash.real_store import BACKENDS, running_store
from tests.system.crash.server import Server, serving

SMALL_NODES = {"stream_node_max_entries": "10"}  # the store trims whole nodes only
FOREVER_MS = 3_600_000


@asynccontextmanager
async def two_servers(seed, path, *flags):
    """One that is going to be slow, one that is not, on one store; yield them and the storage."""
    archived = StorageSettings(archive_dir=path / "archive")
    flags = (*flags, "--archive-dir", str(archived.archive_dir))
    async with running_store(
        BACKENDS[seed % len(BACKENDS)], path / "store", **SMALL_NODES
    ) as store:
        metrics = f"127.0.0.1:{free_port()}"
        slow = Server(path / "a", "--metrics-listen", metrics, *flags, redis_url=store.url)
        other = Server(path / "b", *flags, redis_url=store.url)
        async with (
            open_storage(archived, redis_url=store.url) as storage,
            serving(slow, other),
        ):
            yield slow, other, storage, metrics


async def standing_of(storage, server):
    """Return what the server last reported of itself."""
    live = await storage.replicas.live(FOREVER_MS)
    return next(standing for standing in live if standing.pid == server.pid)


async def judged(storage, acknowledged, *models):
    """Fold the same store, through the archive too, and compare."""
    fold = await fold_of(storage, {model.offset for model in models})
    return verdict(acknowledged, models, fold)


async def caught_up(server, storage):
    """Return when the server answers from the log's end."""
    head = await storage.log.head()
    async with AsyncClient(server.address) as client:
        await client.recommend("v", min_offset=head.offset, timeout_s=PATIENCE_S)


async def lags_in_registry(storage, slow, other, entries):
    """Return when the registry reports one that many entries behind the other."""

    async def is_reported():
        ahead, behind = [await standing_of(storage, server) for server in (other, slow)]
        return ahead.position.sequence - behind.position.sequence >= entries

    await eventually(is_reported)
