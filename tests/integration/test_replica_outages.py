"""The store is away, frozen, killed or another one: reads go on, and all recovers by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.errors import HeadwaterError, StoreUnavailable
from headwater_server.replica.replica import Replica
from headwater_server.storage.embedded.server_process import ServerProcess
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import BACKENDS, running_server, url_of
from tests.integration.replicas import (
    QUESTION,
    clicks,
    folded_digest,
    running_replica,
    started_replica,
)
from tests.integration.waiting import PATIENCE_S, eventually

TURNS = 10


class Watched:
    """A replica whose health is written down."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self.seen: list[tuple[bool, bool]] = []
        replica.watch_health(lambda reads, writes: self.seen.append((reads, writes)))

    async def answers(self) -> int:
        """Ask; the answer waits for nothing: it is there after a few turns of the loop."""
        question = self.replica.recommend(QUESTION, min_offset="", time_remaining_s=PATIENCE_S)
        asking = asyncio.create_task(question)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert asking.done()
        return len((await asking).recommendation.results)

    async def is_unavailable(self, number: int) -> None:
        """Write; it is refused long before the deadline."""
        began_s = time.monotonic()
        with pytest.raises(StoreUnavailable):
            await self.replica.feedback(clicks(number), PATIENCE_S)
        assert time.monotonic() - began_s < PATIENCE_S / 2

    async def is_available(self) -> bool:
        return self.seen[-1] == (True, True)


@pytest.fixture(params=BACKENDS)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ServerProcess]:
    async with running_server(request.param, tmp_path) as process:
        yield process


async def test_a_frozen_store_stops_writes_only_and_all_recovers(
    server: ServerProcess, tmp_path: Path
) -> None:
    settings = StorageSettings(store_timeout_ms=1_000)
    async with (
        open_storage(settings, redis_url=url_of(tmp_path)) as storage,
        running_replica(storage) as replica,
    ):
        watched = Watched(replica)
        await replica.feedback(clicks(1), PATIENCE_S)
        server.freeze()
        await watched.is_unavailable(2)
        assert await watched.answers() == 1
        await watched.is_unavailable(3)
        assert watched.seen[-1] == (True, False)
        server.thaw()
        await eventually(watched.is_available)
        # whatever arrived of the refused ones: sent again, each is learned once
        await replica.feedback(clicks(1, 2, 3), PATIENCE_S)
        model = await replica.model(compute_digest=True)
        assert model.counts["events_learned"] == 3
        assert model.digest == await folded_digest(storage)


async def test_an_outage_is_noticed_although_nobody_writes(
    server: ServerProcess, tmp_path: Path
) -> None:
    settings = StorageSettings(store_timeout_ms=1_000)
    async with (
        open_storage(settings, redis_url=url_of(tmp_path)) as storage,
        running_replica(storage) as replica,
    ):
        watched = Watched(replica)
        server.freeze()
        await eventually(lambda: watched.seen[-1] == (True, False))
        server.thaw()
        await eventually(watched.is_available)


async def test_a_killed_embedded_server_comes_back_and_nothing_acknowledged_is_lost(
    tmp_path: Path,
) -> None:
    async with (
        open_storage(StorageSettings(), data_dir=tmp_path) as storage,
        running_replica(storage) as replica,
    ):
        watched = Watched(replica)
        acknowledged: set[str] = set()
        assert storage.server

        async def write(start: int) -> None:
            for number in range(start, start + 40):
                for _ in range(1_000):
                    try:
                        await replica.feedback(clicks(number), PATIENCE_S)
                    except HeadwaterError:
                        await asyncio.sleep(0.01)
                    else:
                        acknowledged.add(f"e{number}")
                        break

        async def kill() -> None:
            for _ in range(2):
                await eventually(lambda: storage.server.pid)
                storage.server.kill()
                await eventually(lambda: watched.seen[-1] == (True, False))
                await watched.answers()
                await eventually(watched.is_available)

        await asyncio.gather(kill(), *(write(100 * n) for n in range(5)))
        assert len(acknowledged) == 200
        model = await replica.model(compute_digest=True)
        assert model.counts["events_learned"] == 200
        assert model.digest == await folded_digest(storage)


async def test_a_log_that_is_replaced_while_running_is_noticed_and_acknowledges_nothing(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        open_storage(StorageSettings(), redis_url=url_of(tmp_path)) as storage,
        running_replica(storage) as replica,
    ):
        watched = Watched(replica)
        await replica.feedback(clicks(1), PATIENCE_S)
        store = Store(url_of(tmp_path), StorageSettings())
        await store.call("FLUSHALL")
        await store.close()
        with pytest.raises(StoreUnavailable):
            await replica.feedback(clicks(2), 3)
        await eventually(lambda: watched.seen[-1] == (True, False))
        assert await watched.answers() == 1
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="the log is broken"):
            await replica.feedback(clicks(3), 1)
    assert await storage_is_empty_of_snapshots(tmp_path)


async def storage_is_empty_of_snapshots(path: Path) -> bool:
    async with open_storage(StorageSettings(), redis_url=url_of(path)) as storage:
        return await storage.snapshots.published() == []


async def test_a_log_that_went_back_is_noticed_although_nothing_follows(
    server: ServerProcess, tmp_path: Path
) -> None:
    async with (
        open_storage(StorageSettings(), redis_url=url_of(tmp_path)) as storage,
        running_replica(storage) as replica,
    ):
        watched = Watched(replica)
        done = await replica.feedback(clicks(1), PATIENCE_S)
        store = Store(url_of(tmp_path), StorageSettings())
        keys = Keys("default")
        first = (await store.call("XRANGE", keys.log, "-", "+", "COUNT", 1))[0][0]
        await store.call("XDEL", keys.log, done.offset)
        await store.call("HSET", keys.head, "n", 1, "id", first)
        await store.close()
        await eventually(lambda: watched.seen[-2:] == [(True, False), (True, True)])
        assert (await replica.model(compute_digest=False)).counts["events_learned"] == 0


async def test_an_entry_that_cannot_be_applied_stops_learning_and_is_said(storage: Storage) -> None:
    replica = await started_replica(storage)
    watched = Watched(replica)
    await replica.feedback(clicks(1), PATIENCE_S)
    poison = Event("p", "poison", "v", items=(EventItem("tent"),))
    await storage.log.append([storage.log.encode([poison])])
    await eventually(lambda: watched.seen[-1] == (True, False))
    assert await watched.answers() == 1
    with pytest.raises(StoreUnavailable, match="this event cannot be applied"):
        await replica.feedback(clicks(2), 1)
    await replica.stop()
