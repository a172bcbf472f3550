"""Bits that change on the store's disk, and a data directory that goes away: T29."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from headwater_server.errors import StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START
from headwater_server.storage.doctor.examination import Examination
from headwater_server.storage.doctor.findings import Build, Finding
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import BACKENDS
from tests.integration.replicas import clicks, running_replica
from tests.integration.waiting import PATIENCE_S, STORE_TIMEOUT_MS, eventually
from tests.system.crash.real_store import RealStore

SETTINGS = StorageSettings(store_timeout_ms=STORE_TIMEOUT_MS)
NEEDLE = b"flip-me"


async def append(storage: Storage, visitor: str) -> str:
    event, _ = clicks(1)[0]
    event = type(event)(f"e-{visitor}", "click", visitor, items=event.items)
    return (await storage.log.append([storage.log.encode([event])])).offset


def flip(path: Path) -> None:
    """Change one bit of a payload in the append-only file."""
    file = next(file for file in path.glob("**/*.incr.aof"))
    content = bytearray(file.read_bytes())
    content[content.index(NEEDLE) + 2] ^= 1
    file.write_bytes(content)


async def findings(storage: Storage) -> list[Finding]:
    found = await Examination(storage, Build(0, "0")).findings()
    return [finding for finding in found if not finding.fine]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_changed_bit_is_named_and_never_learned(backend: str, tmp_path: Path) -> None:
    store = RealStore(backend, tmp_path)
    await store.start()
    async with open_storage(SETTINGS, redis_url=store.url) as storage:
        await append(storage, "before")
        damaged = await append(storage, NEEDLE.decode())
        await append(storage, "after")
    await store.stop()
    flip(tmp_path)
    await store.start()
    async with open_storage(SETTINGS, redis_url=store.url) as storage:
        wrong = await findings(storage)
        assert [finding.part for finding in wrong] == ["log"]
        assert damaged in wrong[0].text
        before = await storage.log.read(START, 10, 0)
        assert [entry.position.sequence for entry in before] == [1]
        with pytest.raises(LogBroken, match=f"entry 2 at {damaged} as it was written"):
            await storage.log.read(before[0].position, 10, 0)
    await store.stop()


async def test_entries_of_earlier_releases_have_no_hash_and_are_read(
    storage: Storage, store: Store
) -> None:
    first = await append(storage, "a")
    keys = Keys(storage.settings.catalogue)
    payload = storage.log.encode([clicks(2)[0][0]])
    await store.call("XADD", keys.log, "99999999999999-0", "n", 2, "p", first, "e", payload)
    await store.call("HSET", keys.head, "n", 2, "id", "99999999999999-0")
    await append(storage, "b")
    assert [entry.position.sequence async for entry in storage.log.iterate(START)] == [1, 2, 3]
    assert not await findings(storage)


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_data_directory_that_goes_away_ends_the_acknowledgements(
    replaced: bool, tmp_path: Path
) -> None:
    place, aside = tmp_path / "data", tmp_path / "aside"
    async with (
        open_storage(SETTINGS, data_dir=place) as storage,
        running_replica(storage) as replica,
    ):
        await replica.feedback(clicks(1), PATIENCE_S)
        place.rename(aside)
        if replaced:
            sockets = shutil.ignore_patterns("*.sock")
            # the witness of the log may have written its file at the old place meanwhile
            shutil.copytree(aside, place, ignore=sockets, dirs_exist_ok=True)
        await eventually(lambda: not replica.own.health.writes)
        assert "data directory" in replica.own.health.reason
        assert replica.own.health.reads
        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            await replica.feedback(clicks(2), PATIENCE_S)
        with pytest.raises(StoreUnavailable, match="removed or replaced"):
            await storage.log.accepts()
        shutil.rmtree(place, ignore_errors=True)
        aside.rename(place)
        await eventually(lambda: replica.own.health.writes)
        await replica.feedback(clicks(3), PATIENCE_S)


async def test_deleted_append_only_files_end_the_acknowledgements(tmp_path: Path) -> None:
    async with open_storage(SETTINGS, data_dir=tmp_path) as storage:
        await append(storage, "a")
        for file in (tmp_path / "appendonlydir").glob("*.incr.aof"):
            file.unlink()

        async def refused() -> bool:
            try:
                await append(storage, "b")
            except StoreUnavailable:
                return True
            return False

        await eventually(refused)
