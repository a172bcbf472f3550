"""Row 11: the store's disk is full, in each mode; row 2 again: it is killed during slow fsyncs."""

from __future__ import annotations

import os
from contextlib import contextmanager
from random import Random

import pytest

from headwater_server.storage.settings import Durability, StorageSettings
from tests.integration.bad_disks import leave_room, slow_fsync, small_disk
from tests.integration.waiting import eventually
from tests.system.crash.load import load_on
from tests.system.crash.oracle import judge
from tests.system.crash.real_store import BACKENDS, RealStore
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

ROOM_BYTES = 60_000
KILLS = 3


@pytest.mark.parametrize("mode", Durability)
@pytest.mark.parametrize("seed", seeds(1))
async def test_a_full_disk_takes_nothing_that_was_acknowledged(seed, mode, tmp_path, tally):
    rng, settings = Random(seed), StorageSettings(durability=mode)
    with small_disk(tmp_path / "disk") as disk:
        store = RealStore(BACKENDS[seed % len(BACKENDS)], disk, appendfsync=mode.value)
        await store.start()
        server = Server(tmp_path / "serve", "--durability", mode.value, redis_url=store.url)
        async with serving(server):
            async with load_on([server.address], seed, clients=3) as load:
                await load.reaches(rng.randrange(20, 100))
                filler = leave_room(disk, ROOM_BYTES)
                await eventually(lambda: "writes are refused" in server.log)
                retries = load.retries
                await eventually(lambda: load.retries > retries + 3)
                if rng.random() < 0.5:
                    await store.kill()
                else:
                    await store.stop()
                filler.unlink()
                await store.start()
                await load.reaches(30)
            model = await server.model()
        found = await judge(load.acknowledged, [model], redis_url=store.url, settings=settings)
        await store.stop()
    tally(
        11, seed, faults=1, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert "disk" in server.log if mode is Durability.EVERYSEC else server.log


@contextmanager
def preloaded(library: str):
    """Start what starts meanwhile with a library."""
    os.environ["LD_PRELOAD"] = library
    try:
        yield
    finally:
        del os.environ["LD_PRELOAD"]


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_store_killed_during_slow_fsyncs_loses_nothing_and_the_servers_recover(
    seed, tmp_path, tally
):
    rng, library = Random(seed), slow_fsync(tmp_path)
    store = RealStore(BACKENDS[seed % len(BACKENDS)], tmp_path / "store")
    with preloaded(library):
        await store.start()
    servers = [Server(tmp_path / name, redis_url=store.url) for name in ("a", "b")]
    async with serving(*servers):
        addresses = [server.address for server in servers]
        async with load_on(addresses, seed, clients=4) as load:
            for _ in range(KILLS):
                await load.reaches(rng.randrange(50, 200))
                await store.kill()
                with preloaded(library):
                    await store.start()
            await load.reaches(50)
        models = [await server.model() for server in servers]
    found = await judge(load.acknowledged, models, redis_url=store.url)
    await store.stop()
    tally(
        2, seed, faults=KILLS, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
