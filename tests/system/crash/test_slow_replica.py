"""Row 10: a replica that hangs, and one that is far behind, while others go on."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from contextlib import asynccontextmanager
from random import Random

import pytest
from prometheus_client.parser import text_string_to_metric_families

from headwater import AsyncClient
from headwater_server.engine.events import Event, EventItem
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import free_port
from tests.integration.waiting import eventually
from tests.system.crash.load import load_on
from tests.system.crash.oracle import fold_of, verdict
from tests.system.crash.real_store import BACKENDS, running_store
from tests.system.crash.seeds import IS_SOAK, seeds
from tests.system.crash.server import Server, serving

FROZEN_S = 10.0 if IS_SOAK else 2.0
BEHIND_ENTRIES = 100_000 if IS_SOAK else 3_000
OFTEN = ("--snapshot-entries", "20", "--log-entries-kept-min", "20")
SMALL_NODES = {"stream_node_max_entries": "10"}  # the store trims whole nodes only
FOR_EVER_MS = 3_600_000
LAG = "headwater_log_lag_entries"
APPENDS_AT_ONCE = 8


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
    live = await storage.replicas.live(FOR_EVER_MS)
    return next(standing for standing in live if standing.pid == server.pid)


async def judged(storage, acknowledged, *models):
    """Fold the same store, through the archive too, and compare."""
    fold = await fold_of(storage, {model.offset for model in models})
    return verdict(acknowledged, models, fold)


def lag_of(metrics):
    with urllib.request.urlopen(f"http://{metrics}/metrics", timeout=30) as answer:
        page = answer.read().decode()
    for family in text_string_to_metric_families(page):
        if family.name == LAG:
            return family.samples[0].value
    return None


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_replica_that_hangs_loses_no_unread_entry(seed, tmp_path, tally):
    rng = Random(seed)
    async with two_servers(seed, tmp_path, *OFTEN) as (slow, other, storage, _):
        async with load_on([other.address], seed, clients=3, batch=1) as load:
            await load.reaches(rng.randrange(100, 300))
            await eventually(lambda: is_trimmed(storage, 1), 60)
            slow.freeze()
            stood, retries = await standing_of(storage, slow), load.retries
            await silent(storage, slow)
            await load.reaches(200)
            assert load.retries == retries  # the other was not disturbed
            assert not await is_trimmed(storage, stood.position.sequence + 1)
            assert await lag_in_registry(storage, slow, other) > 0
            slow.thaw()
            await eventually(lambda: is_trimmed(storage, stood.position.sequence + 1), 60)
        await caught_up(slow, storage)
        models = [await server.model() for server in (slow, other)]
        found = await judged(storage, load.acknowledged, *models)
    tally(
        10, seed, faults=1, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()


async def is_trimmed(storage, sequence):
    """Whether the store, whatever the archive has, holds the entry no more."""
    return (await storage.log._stream.first()).position.sequence > sequence


async def silent(storage, server):
    """Return when the server has reported nothing for long, by the store's clock."""

    async def is_silent():
        live = await storage.replicas.live(round(FROZEN_S * 1_000))
        return all(standing.pid != server.pid for standing in live)

    await eventually(is_silent, FROZEN_S + 30)


async def lag_in_registry(storage, slow, other):
    standings = [await standing_of(storage, server) for server in (other, slow)]
    return standings[0].position.sequence - standings[1].position.sequence


async def caught_up(server, storage):
    """Return when the server answers from the log's end."""
    head = await storage.log.head()
    async with AsyncClient(server.address) as client:
        await client.recommend("v", min_offset=head.offset, timeout_s=120)


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_follower_far_behind_catches_up_and_disturbs_nobody(seed, tmp_path, tally):
    async with two_servers(seed, tmp_path) as (slow, other, storage, metrics):
        slow.freeze()
        await append(storage, seed, BEHIND_ENTRIES)
        await caught_up(other, storage)
        assert await lag_in_registry_is(storage, slow, other, BEHIND_ENTRIES)
        slow.thaw()
        async with load_on([other.address], seed, clients=2, batch=1) as load:
            lags = await lags_until_caught_up(metrics)
            await load.reaches(20)
        assert max(lags) > 0
        assert load.retries == 0
        await caught_up(slow, storage)
        models = [await server.model() for server in (slow, other)]
        found = await judged(storage, load.acknowledged, *models)
    tally(
        10, seed, faults=1, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()


async def lag_in_registry_is(storage, slow, other, entries):
    async def is_told():
        return await lag_in_registry(storage, slow, other) >= entries

    await eventually(is_told)
    return True


async def lags_until_caught_up(metrics):
    """Scrape, as Prometheus does but faster, until there is no lag; return every lag seen."""
    lags, end_s = [], time.monotonic() + 120
    while not lags or lags[-1] is None or lags[-1] > 0:
        assert time.monotonic() < end_s, lags[-5:]
        lags.append(await asyncio.to_thread(lag_of, metrics))
    return [lag for lag in lags if lag is not None]


async def append(storage, seed, count):
    """Put entries on the log as another server's clients would have."""

    async def some(start):
        for n in range(start, count, APPENDS_AT_ONCE):
            item = EventItem(f"i{n % 50}")
            event = Event(f"s{seed}-behind-{n}", "click", f"w{n % 500}", items=(item,))
            await storage.log.append([storage.log.encode([event])])

    await asyncio.gather(*(some(start) for start in range(APPENDS_AT_ONCE)))
