"""A replica that learned what its store then lost: it repairs itself, or says what is lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from headwater_server.engine.messages.entries import AcknowledgedLost
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.ports.position import START
from headwater_server.replica.tail.tail import Tail
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


async def test_what_was_acknowledged_and_is_lost_is_listed_on_the_log_and_in_health(
    storage: Storage, store: Store
) -> None:
    async with running_replica(storage) as replica, running_replica(storage) as other:
        for number in range(1, 5):
            await replica.feedback(clicks(number), PATIENCE_S)
        await eventually(lambda: other.engine.lookups.counts()["events_learned"] == 4)
        await lose_end(store, storage, 2)

        async def listed() -> bool:
            return len(await losses_of(storage)) == 1 and replica.own.health.writes

        await eventually(listed)
        await eventually(lambda: other.shell.losses.events == replica.shell.losses.events == 2)
        (lost,) = await losses_of(storage)
        assert lost.event_ids == ("e3", "e4")
        assert "e3, e4" in replica.own.health.notice
        assert "e3, e4" in other.own.health.notice
        answer = await replica.feedback(clicks(2, 3, 4), PATIENCE_S)
        assert [one.status.name for one in answer.outcomes] == ["EXISTS", "CREATED", "CREATED"]
        digests = {(await one.model(compute_digest=True)).digest for one in (replica, other)}
        assert digests >= {await folded_digest(storage)}


async def losses_of(storage: Storage) -> list[AcknowledgedLost]:
    """Return what the log says was lost."""
    operations = [
        one async for entry in storage.log.iterate(START) for one in entry.entry.operations
    ]
    return [one for one in operations if isinstance(one, AcknowledgedLost)]


async def test_what_was_sent_again_before_the_loss_was_found_is_not_listed(
    storage: Storage, store: Store
) -> None:
    async with running_replica(storage) as replica:
        for number in (1, 2, 3):
            await replica.feedback(clicks(number), PATIENCE_S)
        async with replica.shell.tail.paused():
            await lose_end(store, storage, 2)
            await append_of_another(storage, 3)

        async def listed() -> bool:
            return bool(await losses_of(storage))

        await eventually(listed)
        assert [one.event_ids for one in await losses_of(storage)] == [("e2",)]


@asynccontextmanager
async def reading_later(tail: Tail) -> AsyncIterator[None]:
    """Let the tail know nothing of what is appended meanwhile, also if it waits at the store."""
    log = tail._log
    read, is_over = log.read, asyncio.Event()

    async def later(*asked):
        page = await read(*asked)
        if is_over.is_set():
            return page
        await is_over.wait()
        return await read(*asked)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(log, "read", later)
        yield
        is_over.set()


async def test_a_log_that_is_broken_within_itself_stops_the_replica(
    storage: Storage, store: Store
) -> None:
    keys = Keys(storage.settings.catalogue)
    async with running_replica(storage) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
        async with reading_later(replica.shell.tail):
            lost = await append_of_another(storage, 2)
            await store.call("XDEL", keys.log, lost)
            await append_of_another(storage, 3)
        await eventually(lambda: replica.own.health.fault)
        with pytest.raises(StoreUnavailable, match="the log is broken"):
            await replica.feedback(clicks(4), 1)
        assert await learned(replica) == 1


async def test_a_log_that_shares_nothing_with_the_state_stops_the_replica(
    storage: Storage, store: Store
) -> None:
    keys = Keys(storage.settings.catalogue)
    async with running_replica(storage) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
        await store.call("DEL", keys.log, keys.head)
        await eventually(lambda: replica.own.health.fault)
        assert await learned(replica) == 1
