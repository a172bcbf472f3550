"""A replica that learned what its store then lost: it repairs itself, or says what is lost."""

from __future__ import annotations

import re

import pytest

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.storage import Storage
from tests.integration.replicas import clicks, folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S, eventually


async def lose_end(store: Store, storage: Storage, entries: int) -> list[str]:
    """Take the last entries from the log, as a store that was killed before it wrote them."""
    keys = Keys(storage.settings.catalogue)
    last = await store.call("XREVRANGE", keys.log, "+", "-", "COUNT", entries + 1)
    for offset, _ in last[:-1]:
        await store.call("XDEL", keys.log, offset)
    offset, fields = last[-1]
    await store.call("HSET", keys.head, "n", fields[b"n"], "id", offset)
    return [offset.decode() for offset, _ in last[:-1]]


async def append_of_another(storage: Storage, number: int) -> str:
    """Append an event as another replica; this one learns it, and had nothing to acknowledge."""
    event, _ = clicks(number)[0]
    return (await storage.log.append([storage.log.encode([event])])).offset


async def learned(replica) -> int:
    return (await replica.model(compute_digest=False)).counts["events_learned"]


@pytest.mark.parametrize("goes_on", [False, True])
async def test_it_restores_itself_when_the_store_lost_what_nobody_acknowledged(
    goes_on: bool, storage: Storage, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running_replica(storage) as replica:
        await replica.feedback(clicks(1, 2), PATIENCE_S)
        await replica.shell.snapshotter.take()
        await replica.feedback(clicks(3), PATIENCE_S)
        for number in (4, 5):
            await append_of_another(storage, number)
        await eventually(lambda: replica.engine.lookups.counts()["events_learned"] == 5)
        lost = await lose_end(store, storage, 2)
        if goes_on:
            await append_of_another(storage, 6)
        kept = 3 + goes_on

        async def restored() -> bool:
            return await learned(replica) == kept and replica.own.health.writes

        await eventually(restored)
        await replica.feedback(clicks(4, 7), PATIENCE_S)
        model = await replica.model(compute_digest=True)
        assert model.counts["events_learned"] == kept + 2
        assert model.digest == await folded_digest(storage)
    said = re.sub(r"\x1b\[\d+m", "", capsys.readouterr().err)
    assert "entries_lost=2" in said
    assert lost[-1] in said


async def test_it_stays_broken_when_an_acknowledged_entry_is_lost(
    storage: Storage, store: Store
) -> None:
    async with running_replica(storage) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
        await replica.feedback(clicks(2), PATIENCE_S)
        await lose_end(store, storage, 1)
        await eventually(lambda: not replica.own.health.writes)
        with pytest.raises(StoreUnavailable, match="the log is broken"):
            await replica.feedback(clicks(3), 1)
        assert await learned(replica) == 2
