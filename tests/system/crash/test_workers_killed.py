"""Row 1, several processes: kill -9 of a worker, of all workers, of the parent, under load."""

from __future__ import annotations

from random import Random

import pytest

from tests.system.crash.crew import Crew
from tests.system.crash.load import load_on, not_remembered
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import seeds
from tests.system.crash.server import serving


@pytest.mark.parametrize("seed", seeds())
async def test_killed_processes_lose_nothing_and_count_nothing_twice(seed, tmp_path, tally):
    rng, crew = Random(seed), Crew(tmp_path / "data", "--snapshot-entries", "50")
    faults = 0
    async with serving(crew):
        async with load_on([crew.address], seed, clients=3, batch=3) as load:
            for kill in rng.sample((kill_one, kill_all, kill_parent), 2):
                await load.reaches(rng.randrange(1, 400))
                faults += await kill(crew, rng)
            await load.reaches(50)
        await crew.complete()
        forgotten = await not_remembered(crew.address, list(load.acknowledged.values()))
        compared = await crew.compared()
        assert await crew.stop() == 0
    found = await judge(load.acknowledged, [compared], data_dir=tmp_path / "data")
    tally(
        1, seed, faults=faults, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert not forgotten
    assert {state.digest for state in compared.replicas if not state.detail} == {compared.digest}


async def kill_one(crew, rng):
    """Kill a worker, or the follower."""
    crew.kill_children(rng.choice(crew.children()))
    return 1


async def kill_all(crew, rng):
    """Kill all that the parent started for serving."""
    children = crew.children()
    crew.kill_children(*children)
    return len(children)


async def kill_parent(crew, rng):
    """Kill the parent; its children and its store go with it. Somebody starts it again."""
    await crew.kill_and_wait()
    await crew.start()
    return 1
