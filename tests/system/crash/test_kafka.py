"""Row 20: the brokers of a log on Kafka die, stop, fill their disks; a server hangs meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

import pytest
import structlog

from headwater_server.engine.engine import Engine
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.bad_disks import leave_room
from tests.integration.waiting import PATIENCE_S, eventually
from tests.kafka.brokers import Broker, Brokers
from tests.system.crash.load import Load, load_on
from tests.system.crash.oracle import fold_of, verdict
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

pytestmark = pytest.mark.thorough  # tests/integration/test_kafka.py is the fast one
OURS_S, STOPPED_S = 1.0, 2.0
"""How long nothing may be acknowledged once another broker leads, and after a planned stop."""
BUSY = PATIENCE_S / 20  # so much longer on a machine that does other things, too
_log = structlog.get_logger(__name__)
SETTINGS = StorageSettings(store_timeout_ms=20_000)


class Shop:
    """Two servers on one topic, with nothing else but a directory for the rest."""

    def __init__(self, cluster: Brokers, topic: str, path: Path) -> None:
        self.cluster = cluster
        self.topic = topic
        self.log = cluster.url(topic)
        self.snapshots = f"file://{path}/objects"
        flags = ("--log", self.log, "--snapshots", self.snapshots)
        # a second is the default, and what a shop would notice
        small = ("--store-timeout-ms", "1000", "--snapshot-entries", "20")
        self.servers = [Server(path / name, *small, places=flags) for name in ("a", "b")]

    @property
    def addresses(self) -> list[str]:
        return [server.address for server in self.servers]

    async def judged(self, loads: Sequence[Load], seed: int, tally, faults: int) -> None:
        """Check all of the oracle: the fold, both servers, and the fold from a snapshot."""
        models = [await server.model() for server in self.servers]
        assert {server.starts for server in self.servers} == {1}  # nobody started one again
        async with open_storage(SETTINGS, log=self.log, snapshots=self.snapshots) as storage:
            whole = await fold_of(storage, {model.offset for model in models})
            assert await storage.snapshots.published()
            short, _ = await fold(storage.log, Engine, snapshots=storage.snapshots)
        acknowledged = [event_id for load in loads for event_id in load.acknowledged]
        found = verdict(acknowledged, models, whole)
        tally(
            20, seed, faults=faults, acknowledged=found.acknowledged,
            lost=len(found.lost), doubled=len(found.doubled),
        )  # fmt: skip
        found.check()
        assert short.digest() == whole.engine.digest()


async def gap_s(load: Load, fault: asyncio.Task[Any], more: int) -> float:
    """Return the longest time without an acknowledgement, until so many more have come."""
    longest, last, known = 0.0, monotonic(), len(load.acknowledged)
    aim: int | None = None
    async with asyncio.timeout(PATIENCE_S):
        while aim is None or len(load.acknowledged) < aim:
            if len(load.acknowledged) != known:
                known, last = len(load.acknowledged), monotonic()
            longest = max(longest, monotonic() - last)
            if aim is None and fault.done():
                aim = len(load.acknowledged) + more
            await asyncio.sleep(0.01)
    return longest


async def election_s(shop: Shop, leader: Broker, end: Callable[[], None]) -> float:
    """End the leader; return how long Kafka took to say that another broker leads."""
    began = monotonic()
    await asyncio.to_thread(end)
    await shop.cluster.led_without(leader, shop.topic)
    return monotonic() - began


async def without_its_leader(shop: Shop, how: str, seed: int, tally) -> tuple[float, float]:
    """Let the leader end under load, and return.

    Return how long nothing was acknowledged, and how long Kafka's own election took.
    """
    rng = Random(seed)
    async with serving(*shop.servers):
        async with load_on(shop.addresses, seed) as load:
            await load.reaches(rng.randrange(200, 1_500))
            leader = await shop.cluster.leader(shop.topic)
            end = leader.kill if how == "killed" else leader.stop
            fault = asyncio.create_task(election_s(shop, leader, end))
            gap = await gap_s(load, fault, 500)
            await shop.cluster.whole(shop.topic)
            await load.reaches(200)
        elected = await fault
        _log.info(
            "nothing was acknowledged", seconds=round(gap, 2), election=round(elected, 2),
            all=len(load.acknowledged),
        )  # fmt: skip
        await shop.judged([load], seed, tally, 1)
    return gap, elected


@pytest.mark.parametrize("seed", seeds(10))
async def test_the_leader_is_killed_under_load(
    seed: int, cluster: Brokers, tmp_path: Path, tally
) -> None:
    shop = Shop(cluster, f"killed-{seed}", tmp_path)
    gap, elected = await without_its_leader(shop, "killed", seed, tally)
    assert gap < elected + OURS_S * BUSY


@pytest.mark.parametrize("seed", seeds(3))
async def test_the_leader_is_stopped_under_load(
    seed: int, cluster: Brokers, tmp_path: Path, tally
) -> None:
    shop = Shop(cluster, f"stopped-{seed}", tmp_path)
    gap, _ = await without_its_leader(shop, "stopped", seed, tally)
    assert gap < STOPPED_S * BUSY


@pytest.mark.parametrize("seed", seeds(1))
async def test_two_of_three_in_turn_and_nothing_is_acknowledged_without_two(
    seed: int, cluster: Brokers, tmp_path: Path, tally
) -> None:
    shop = Shop(cluster, f"two-{seed}", tmp_path)
    async with serving(*shop.servers):
        async with load_on(shop.addresses, seed) as load:
            await load.reaches(200)
            leader = await cluster.leader(shop.topic)
            others = [one for one in cluster.nodes if one is not leader]
            await asyncio.to_thread(leader.kill)
            await load.reaches(100)
            await asyncio.to_thread(others[seed % 2].kill)  # one alone may acknowledge nothing
            retries, known = load.retries, len(load.acknowledged)
            await eventually(lambda: load.retries > retries + 8)
            assert len(load.acknowledged) - known <= 40  # what was under way
            await cluster.whole(shop.topic)
            await load.reaches(200)
        await shop.judged([load], seed, tally, 2)


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_server_that_hung_breaks_neither_order_nor_counts_twice(
    seed: int, cluster: Brokers, tmp_path: Path, tally
) -> None:
    """A zombie: its last append arrives after others have taken its callers' events."""
    shop = Shop(cluster, f"zombie-{seed}", tmp_path)
    async with serving(*shop.servers):
        async with load_on(shop.addresses, seed) as load:
            await load.reaches(300)
            for _ in range(3):
                shop.servers[0].freeze()
                await load.reaches(100)
                shop.servers[0].thaw()
                await load.reaches(100)
        await shop.judged([load], seed, tally, 3)


@pytest.mark.parametrize("seed", seeds(1))
async def test_the_leaders_disk_is_full(seed: int, cluster: Brokers, tmp_path: Path, tally) -> None:
    """A broker whose disk is full ends itself; another one leads, and it comes back with room."""
    shop = Shop(cluster, f"disk-{seed}", tmp_path)
    async with serving(*shop.servers):
        async with load_on(shop.addresses, seed) as load:
            await load.reaches(200)
            leader = await cluster.leader(shop.topic)
            if not leader.has_own_disk:
                pytest.skip("this user may not mount a small disk")
            filler = leave_room(leader.directory / "data", 20_000)
            await asyncio.to_thread(leader.ended)
            await load.reaches(300)
            filler.unlink()
            await cluster.whole(shop.topic)
            await load.reaches(100)
        await shop.judged([load], seed, tally, 1)
