"""Row 10: a replica hangs under load, and nothing is trimmed that it has not read."""

from __future__ import annotations

from random import Random

import pytest

from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.load import load_on
from tests.system.crash.pair import caught_up, judged, lags_in_registry, standing_of, two_servers
from tests.system.crash.seeds import IS_SOAK, seeds

FROZEN_S = 10.0 if IS_SOAK else 2.0
OFTEN = ("--snapshot-entries", "20", "--log-entries-kept-min", "20")


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_replica_that_hangs_loses_no_unread_entry(seed, tmp_path, tally):
    rng = Random(seed)
    async with two_servers(seed, tmp_path, *OFTEN) as (slow, other, storage, _):
        async with load_on([other.address], seed, clients=3, batch=1) as load:
            await load.reaches(rng.randrange(100, 300))
            await eventually(lambda: is_trimmed(storage, 1))
            slow.freeze()
            stood, retries = await standing_of(storage, slow), load.retries
            await silent(storage, slow)
            await load.reaches(200)
            assert load.retries == retries  # the other was not disturbed
            assert not await is_trimmed(storage, stood.position.sequence + 1)
            await lags_in_registry(storage, slow, other, 1)
            slow.thaw()
            await eventually(lambda: is_trimmed(storage, stood.position.sequence + 1))
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

    await eventually(is_silent, FROZEN_S + PATIENCE_S)
