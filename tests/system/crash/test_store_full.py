"""Row 11: the store is out of memory. Writes get a time to try again, reads go on, all recovers."""

from __future__ import annotations

from random import Random

import pytest

from headwater import AsyncClient, Event
from headwater.errors import OverloadedError
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.load import load_on
from tests.system.crash.oracle import judge
from tests.system.crash.real_store import BACKENDS, RealStore, running_store
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_full_store_refuses_writes_and_recovers(seed, tmp_path, tally):
    rng = Random(seed)
    async with running_store(
        BACKENDS[seed % len(BACKENDS)], tmp_path / "store", maxmemory_policy="noeviction"
    ) as store:
        server = Server(tmp_path / "serve", "--snapshot-entries", "50", redis_url=store.url)
        async with serving(server):
            async with load_on([server.address], seed, clients=3) as load:
                await load.reaches(rng.randrange(50, 300))
                used = (await ask(store, "INFO", "memory"))["used_memory"]
                await ask(store, "CONFIG", "SET", "maxmemory", used + rng.randrange(100_000))
                await eventually(lambda: gets_a_retry_time(server, seed))
                await reads_go_on(server)
                await ask(store, "CONFIG", "SET", "maxmemory", 0)
                await load.reaches(100)
            model = await server.model()
            assert await server.stop() == 0
        found = await judge(load.acknowledged, [model], redis_url=store.url)
    tally(
        11, seed, faults=1, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()


async def ask(store: RealStore, *command: str | int):
    client = Store(store.url, StorageSettings())
    try:
        return await client.call(*command)
    finally:
        await client.close()


async def gets_a_retry_time(server: Server, seed: int) -> bool:
    """Whether a write ends in RESOURCE_EXHAUSTED with a hint, and not otherwise than OK.

    The client tries again as the hint says, so it takes some seconds to give up.
    """
    event = Event("click", "v", items=["i1"], event_id=f"full-{seed}", session_id="s" * 100)
    async with AsyncClient(server.address) as client:
        try:
            await client.feedback([event], timeout_s=PATIENCE_S)
        except OverloadedError as error:
            return bool(error.retry_after_s)
    return False


async def reads_go_on(server: Server) -> None:
    async with AsyncClient(server.address) as client:
        for number in range(20):
            answer = await client.recommend(f"v{number}", timeout_s=PATIENCE_S)
            assert answer.item_ids
