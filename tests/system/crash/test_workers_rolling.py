"""Row 13: all workers restarted one by one, under load; who retries sees no failure."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from headwater import AsyncClient, HeadwaterError
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.load import VISITORS, load_on, not_remembered
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import seeds
from tests.system.crash.server import serving
from tests.system.crash.worker_pool import WorkerPool

LOOKERS = 4
PACE_S = 0.03  # between two questions of one visitor, so that a shared machine has time to restart


class Lookers:
    """Visitors who ask for lists through the client as it comes: with its own retries, no more."""

    def __init__(self) -> None:
        self.took_s: list[float] = []
        self.failures: list[str] = []
        self.is_stopping = False

    async def look(self, address: str, number: int) -> None:
        """Be one of them, until stopped."""
        async with AsyncClient(address) as client:
            while not self.is_stopping:
                began_s = time.monotonic()
                try:
                    await client.recommend(
                        f"v{number % VISITORS}", page_size=5, timeout_s=PATIENCE_S
                    )
                except HeadwaterError as error:
                    self.failures.append(f"{type(error).__name__}: {error}")
                self.took_s.append(time.monotonic() - began_s)
                number += LOOKERS
                await asyncio.sleep(PACE_S)

    def percentile_ms(self, share: float) -> float:
        """Return what so large a share of the questions took at most."""
        return 1_000 * sorted(self.took_s)[int(share * (len(self.took_s) - 1))]


@pytest.mark.thorough  # tests/system/test_workers.py restarts them without load
@pytest.mark.parametrize("seed", seeds(1))
async def test_a_rolling_restart_fails_nobody_and_loses_nothing(seed, tmp_path, tally, capsys):
    pool, lookers = WorkerPool(tmp_path / "data"), Lookers()
    async with serving(pool):
        before = set(pool.children())
        async with (
            load_on([pool.address], seed, clients=2, batch=2) as load,
            asyncio.TaskGroup() as group,
        ):
            for number in range(LOOKERS):
                group.create_task(lookers.look(pool.address, number))
            await load.reaches(50)
            fewest = await rolled(pool)
            await load.reaches(50)
            lookers.is_stopping = True
        after = set(pool.children())
        forgotten = await not_remembered(pool.address, list(load.acknowledged.values()))
        model = await pool.model()
        assert await pool.stop() == 0
    found = await judge(load.acknowledged, [model], data_dir=tmp_path / "data")
    tally(
        13, seed, faults=len(before), acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    with capsys.disabled():
        asked, p50, p99 = len(lookers.took_s), *map(lookers.percentile_ms, (0.5, 0.99))
        times = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        print(f"\nrolling restart: {asked} questions, {times}; sent again: {dict(load.errors)}")  # noqa: T201
    found.check()
    assert not forgotten
    assert lookers.failures == []
    assert not before & after
    assert fewest == len(before) - 1  # one at a time


async def rolled(pool):
    """Restart all; return with how few processes the pool got by meanwhile."""
    pool.send(signal.SIGHUP)
    fewest = pool.workers + 1

    async def done():
        nonlocal fewest
        fewest = min(fewest, len(pool.children()))
        return "rolling restart done" in pool.log

    await eventually(done, seconds=3 * PATIENCE_S)  # three processes start, one after another
    return fewest
