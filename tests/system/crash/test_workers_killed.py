"""Row 1, several processes: kill -9 of a worker, of all workers, of the parent, under load."""

from __future__ import annotations

from random import Random

import pytest

from tests.system.crash.load import load_on, not_remembered
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import seeds
from tests.system.crash.server import serving
from tests.system.crash.worker_pool import WorkerPool

GROUP = 5  # seeds that share a pool: to start one takes longer than all that is done to it
GROUPS = [seeds()[start : start + GROUP] for start in range(0, len(seeds()), GROUP)]


@pytest.mark.thorough  # tests/system/test_gateway_life.py kills workers under load, too
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: "-".join(map(str, group)))
async def test_killed_processes_lose_nothing_and_count_nothing_twice(group, tmp_path, tally):
    pool, loads, faults = WorkerPool(tmp_path / "data", "--snapshot-entries", "50"), {}, {}
    async with serving(pool):
        for seed in group:
            loads[seed], faults[seed] = await killed_under_load(pool, seed)
        await pool.complete()
        events = [event for load in loads.values() for event in load.acknowledged.values()]
        forgotten = await not_remembered(pool.address, events)
        compared = await pool.compared()
        assert await pool.stop() == 0
    acknowledged = [event_id for load in loads.values() for event_id in load.acknowledged]
    found = await judge(acknowledged, [compared], data_dir=tmp_path / "data")
    for seed, load in loads.items():
        tally(
            1, seed, faults=faults[seed], acknowledged=len(load.acknowledged),
            lost=len(load.acknowledged.keys() & set(found.lost)),
            doubled=len(load.acknowledged.keys() & set(found.doubled)),
        )  # fmt: skip
    found.check()
    assert not forgotten
    assert {state.digest for state in compared.replicas if not state.detail} == {compared.digest}


async def killed_under_load(pool, seed):
    """Kill what the seed says while some shop; return the load and how many were killed."""
    rng = Random(seed)
    kill = (kill_parent, kill_one, kill_all)[seed % 3]
    async with load_on([pool.address], seed, clients=3, batch=3) as load:
        await load.reaches(rng.randrange(1, 400))
        faults = await kill(pool, rng)
        await load.reaches(50)
    return load, faults


async def kill_one(pool, rng):
    """Kill a worker, or the follower."""
    pool.kill_children(rng.choice(pool.children()))
    return 1


async def kill_all(pool, rng):
    """Kill all that the parent started for serving."""
    children = pool.children()
    pool.kill_children(*children)
    return len(children)


async def kill_parent(pool, rng):
    """Kill the parent; its children and its store go with it. Somebody starts it again."""
    await pool.kill_and_wait()
    await pool.start()
    return 1
