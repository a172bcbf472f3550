"""An archive that has more than a log that failed over: both are one chain again by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.rejoining import Rejoining
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import url_of
from tests.integration.counting_engine import CountingEngine
from tests.integration.replicas import click

ENTRIES, LOST = 20, 5


@pytest.fixture
async def archived(
    server_dir: Path, settings: StorageSettings, tmp_path: Path
) -> AsyncIterator[Storage]:
    """A log of which all is archived, and nothing trimmed."""
    with_archive = StorageSettings(catalogue=settings.catalogue, archive_dir=tmp_path / "a")
    async with open_storage(with_archive, redis_url=url_of(server_dir)) as storage:
        log = storage.log
        log._rejoining = Rejoining(storage.store, Keys(settings.catalogue), storage.archive)
        for number in range(ENTRIES):
            await log.append([log.encode([click(number)])])
        await log.trim(await log.head())
        assert storage.archive.span() == (1, ENTRIES)
        yield storage


async def lose_end(store: Store, storage: Storage, entries: int) -> None:
    """Let the log be that of a server that never had the last entries."""
    keys = Keys(storage.settings.catalogue)
    there = await store.call("XRANGE", keys.log, "-", "+")
    await store.call("DEL", keys.log)
    for offset, fields in there[:-entries]:
        parts = [part for pair in fields.items() for part in pair]
        await store.call("XADD", keys.log, offset, *parts)
    offset, fields = there[-entries - 1]
    await store.call("HSET", keys.head, "n", fields[b"n"], "id", offset)


async def ids(storage: Storage) -> list[str]:
    entries = [one.entry async for one in storage.log.iterate(START)]
    return [operation.event_id for entry in entries for operation in entry.operations]


async def test_what_only_the_archive_has_is_on_the_log_again(
    archived: Storage, store: Store
) -> None:
    await lose_end(store, archived, LOST)
    await archived.log.verify(START)
    assert await ids(archived) == [f"e{number}" for number in range(ENTRIES)]
    engine, position = await fold(archived.log, CountingEngine)
    assert (position.sequence, engine.counts()["events_learned"]) == (ENTRIES, ENTRIES)


async def test_where_the_log_has_gone_on_the_lost_entries_are_set_aside(
    archived: Storage, store: Store
) -> None:
    await lose_end(store, archived, LOST)
    log = archived.log
    for number in range(100, 107):
        await log.append([log.encode([click(number)])])
    await log.verify(START)
    assert archived.archive.last().sequence == ENTRIES - LOST
    assert list(archived.archive.path.glob("*.aside"))
    await log.trim(await log.head())
    assert archived.archive.span() == (1, ENTRIES - LOST + 7)


async def test_another_log_and_an_empty_one_change_nothing(archived: Storage, store: Store) -> None:
    keys = Keys(archived.settings.catalogue)
    await store.call("DEL", keys.log, keys.head)
    await archived.log._rejoining.run()
    await archived.log.append([archived.log.encode([click(1)])])
    await archived.log._rejoining.run()
    assert archived.archive.last().sequence == ENTRIES
    assert (await archived.log.head()).sequence == 1
    assert archived.archive.last() != Position("0-0", 1)
