"""Row 1, one process: kill -9 of the server, again and again, during acknowledged feedback."""

from __future__ import annotations

from random import Random

import pytest

from tests.system.crash.load import load_on, not_remembered
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

KILLS = 2


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_killed_server_comes_back_with_all_it_acknowledged(seed, tmp_path, tally):
    rng, server = Random(seed), Server(tmp_path / "data", "--snapshot-entries", "50")
    async with serving(server):
        async with load_on([server.address], seed) as load:
            for _ in range(KILLS):
                await load.reaches(rng.randrange(1, 400))
                await server.kill_and_wait()
                await server.start()
            await load.reaches(50)
        forgotten = await not_remembered(server.address, list(load.acknowledged.values()))
        model = await server.model()
        assert await server.stop() == 0
    found = await judge(load.acknowledged, [model], data_dir=tmp_path / "data")
    tally(
        1, seed, faults=KILLS, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert not forgotten
