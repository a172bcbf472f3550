from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.errors import Overloaded, StoreUnavailable
from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.replica.ports.position import START, Position, time_ms_of
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.log import RedisLog
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import BACKENDS, running_server, url_of
from tests.integration.recorded import put_at
from tests.integration.waiting import PATIENCE_S


def event(number: int) -> Event:
    return Event(f"e{number}", "click", f"v{number}")


async def append(log: RedisLog, *numbers: int) -> Position:
    return await log.append([log.encode([event(number)]) for number in numbers])


async def test_an_entry_after_one_of_a_clock_ahead_has_its_own_time(storage: Storage) -> None:
    """Offsets never decrease: what the store's clock says now is in the entry itself."""
    before = await append(storage.log, 1)
    ahead_ms = time_ms_of(before.offset) + 48 * 3_600_000
    await put_at(storage, ahead_ms, [event(2)])
    positions = [await append(storage.log, number) for number in (3, 4)]
    read = await storage.log.read(START, 10, 0)
    assert [entry.position for entry in read[2:]] == positions
    assert [time_ms_of(position.offset) for position in positions] == [ahead_ms] * 2
    times_ms = [entry.entry.time_ms for entry in read]
    assert times_ms[1] == ahead_ms
    assert times_ms[0] <= times_ms[2] <= times_ms[3] < times_ms[0] + 1_000 * PATIENCE_S
    assert positions[1].previous == "", "the store added the time to what was sent"
    assert read[2].part(0, 1).time_ms == times_ms[2]
    assert read[2].entry.operations == (event(3),)


async def test_a_missing_entry_is_noticed_where_it_is_missing(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    first, second, third = [await append(storage.log, n) for n in range(3)]
    await store.call("XDEL", Keys(settings.catalogue).log, second.offset)
    assert [e.position for e in await storage.log.read(START, 10, 0)] == [first]
    with pytest.raises(LogBroken, match=f"expected entry 2 after {first.offset}, found entry 3"):
        await storage.log.read(first, 10, 0)
    with pytest.raises(LogBroken, match="expected entry 2"):
        await storage.log.verify(second)
    await storage.log.verify(third)


async def test_another_log_under_the_same_name_is_noticed(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    keys = Keys(settings.catalogue)
    old = [await append(storage.log, n) for n in range(3)][-1]
    await store.call("DEL", keys.log, keys.head)
    with pytest.raises(LogBroken, match="the head is 0"):
        await storage.log.verify(old)
    await append(storage.log, 9)
    with pytest.raises(LogBroken, match="expected entry 4"):
        await storage.log.read(old, 10, 0)


async def test_a_head_without_its_log_takes_no_entry(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    await append(storage.log, 1)
    await store.call("DEL", Keys(settings.catalogue).log)
    with pytest.raises(LogBroken, match="belong together"):
        await append(storage.log, 2)


async def test_an_entry_of_another_build_stops_the_reader_there(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    first = await append(storage.log, 1)
    second = await storage.log.append([b"\x08\x63"])  # version 99
    assert [e.position for e in await storage.log.read(START, 10, 0)] == [first]
    with pytest.raises(UnreadableEntry, match=f"entry {second.offset}.*version 99"):
        await storage.log.read(first, 10, 0)


async def test_a_forgotten_script_is_sent_again(storage: Storage, store: Store) -> None:
    await append(storage.log, 1)
    await store.call("SCRIPT", "FLUSH")
    assert (await append(storage.log, 2)).sequence == 2


@pytest.mark.parametrize(
    ("backend", "appendfsync"), [("valkey", "everysec"), ("valkey", "always"), ("redis", "always")]
)
async def test_always_means_on_disk_when_it_is_acknowledged(
    backend: str, appendfsync: str, tmp_path: Path
) -> None:
    settings = StorageSettings(durability=Durability.ALWAYS)
    async with (
        running_server(backend, tmp_path, appendfsync=appendfsync),
        open_storage(settings, redis_url=url_of(tmp_path)) as storage,
    ):
        assert (await append(storage.log, 1)).sequence == 1
        files = list((tmp_path / "appendonlydir").glob("*.incr.aof"))
        assert b"e1" in files[0].read_bytes()


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_full_store_is_overload_and_reads_go_on(backend: str, tmp_path: Path) -> None:
    async with (
        running_server(backend, tmp_path, maxmemory="3mb"),
        open_storage(StorageSettings(), redis_url=url_of(tmp_path)) as storage,
    ):
        first = await append(storage.log, 1)
        long = storage.log.encode([Event("e" * 200_000, "click", "v")])
        appends = (storage.log.append([long]) for _ in range(50))
        answers = await asyncio.gather(*appends, return_exceptions=True)
        refused = [answer for answer in answers if not isinstance(answer, Position)]
        assert {(type(answer), "the store is full" in str(answer)) for answer in refused} == {
            (Overloaded, True)
        }
        assert (await storage.log.read(START, 1, 0))[0].position == first


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_silent_store_is_unavailable_in_time_and_nothing_is_tried_twice(
    backend: str, tmp_path: Path
) -> None:
    settings = StorageSettings(store_timeout_ms=1_000)
    async with (
        running_server(backend, tmp_path) as server,
        open_storage(settings, redis_url=url_of(tmp_path)) as storage,
    ):
        await append(storage.log, 1)
        server.freeze()
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(StoreUnavailable):
                await append(storage.log, 2)
            with pytest.raises(StoreUnavailable):
                await storage.log.head()
        server.thaw()
        # it was sent, so it arrived; but once
        entries = [entry async for entry in storage.log.iterate(START)]
        assert [e.entry.operations for e in entries] in ([(event(1),)], [(event(1),), (event(2),)])
        await append(storage.log, 3)


async def lose_last(store: Store, keys: Keys) -> None:
    """Make the store what it was before its last entry, as a replica that was behind is."""
    *kept, _ = await store.call("XRANGE", keys.log, "-", "+")
    await store.call("DEL", keys.log)
    for offset, fields in kept:
        await store.call(
            "XADD", keys.log, offset, *(part for pair in fields.items() for part in pair)
        )
    offset, fields = kept[-1]
    await store.call("HSET", keys.head, "n", fields[b"n"], "id", offset)


async def test_no_entry_takes_the_very_place_of_one_that_was_lost(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    """Even in the same millisecond, with the same number, behind the same entry."""
    keys = Keys(settings.catalogue)
    ahead = Position("99999999999999-7", 2)
    await append(storage.log, 1)
    fields = ("n", 2, "p", (await storage.log.head()).offset, "e", b"")
    await store.call("XADD", keys.log, ahead.offset, *fields)  # so that the clock stands still
    await store.call("HSET", keys.head, "n", 2, "id", ahead.offset)
    lost = await append(storage.log, 3)
    await lose_last(store, keys)
    other = await append(storage.log, 4)
    assert time_ms_of(other.offset) == time_ms_of(lost.offset) == time_ms_of(ahead.offset)
    assert other.sequence == lost.sequence == 3
    assert other.offset != lost.offset


async def test_a_head_that_lags_behind_its_log_is_noticed_by_the_append(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    first = await append(storage.log, 1)
    keys = Keys(settings.catalogue)
    fields = ("n", 2, "p", first.offset, "e", b"")
    await store.call("XADD", keys.log, "99999999999999-0", *fields)
    with pytest.raises(LogBroken, match="ahead of its head"):
        await append(storage.log, 2)
