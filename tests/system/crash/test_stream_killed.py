"""Row 1, by a stream: kill -9 of the server while batches are under way, one client, one stream."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from headwater import AsyncClient, Event, EventStatus
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving

BATCHES, SIZE, KILLS = 400, 5, 2


def name(batch: int, place: int) -> str:
    return f"b{batch}-{place}"


def batches() -> Iterator[list[Event]]:
    """Give batch after batch, as a shop does that does not know of any fault."""
    for batch in range(BATCHES):
        yield [
            Event("click", f"v{batch % 50}", items=[f"i{place}"], event_id=name(batch, place))
            for place in range(SIZE)
        ]


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_stream_goes_on_over_killed_servers(seed, tmp_path, tally):
    rng, server = Random(seed), Server(tmp_path / "data", "--snapshot-entries", "50")
    kills = sorted(rng.sample(range(20, BATCHES - 100), KILLS))
    acknowledged: list[str] = []
    async with serving(server), AsyncClient(server.address) as client:
        answered = 0
        async for answer in client.stream_feedback(batches(), patience_s=PATIENCE_S):
            statuses = {result.status for result in answer.results}
            assert statuses <= {EventStatus.CREATED, EventStatus.EXISTS}
            acknowledged += [result.event_id for result in answer.results]
            answered += 1
            if answered in kills:  # with more of them sent, and not answered yet
                await server.kill_and_wait()
                await server.start()
        model = await server.model()
        assert await server.stop() == 0
    found = await judge(acknowledged, [model], data_dir=tmp_path / "data")
    tally(
        1, seed, faults=KILLS, acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert acknowledged == [name(batch, place) for batch in range(BATCHES) for place in range(SIZE)]
