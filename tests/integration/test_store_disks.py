"""A full disk and a slow disk: what is acknowledged is in the store's file, whatever ends it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.log.written import Written
from headwater_server.storage.settings import Durability, StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.bad_disks import leave_room, slow_fsync, small_disk
from tests.integration.conftest import BACKENDS
from tests.integration.waiting import STORE_TIMEOUT_MS, eventually
from tests.system.crash.real_store import RealStore

SETTINGS = StorageSettings(store_timeout_ms=STORE_TIMEOUT_MS)


def payload(storage: Storage, rng: Random) -> bytes:
    event = Event("e", "click", "v", context=(("text", "x" * rng.randrange(100, 9_000)),))
    return storage.log.encode([event])


async def fill(storage: Storage, rng: Random) -> tuple[list[Position], str]:
    """Append until the store refuses; return what it acknowledged, and its reason."""
    acknowledged: list[Position] = []
    try:
        while True:
            acknowledged.append(await storage.log.append([payload(storage, rng)]))
    except StoreUnavailable as error:
        return acknowledged, str(error)


async def surviving(store: RealStore) -> set[Position]:
    async with open_storage(SETTINGS, redis_url=store.url) as storage:
        return {entry.position async for entry in storage.log.iterate(START)}


@pytest.mark.parametrize("end", ["kill", "stop"])
@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_full_disk_takes_nothing_that_was_acknowledged(
    backend: str, end: str, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        store = RealStore(backend, disk)
        await store.start()
        async with open_storage(SETTINGS, redis_url=store.url) as storage:
            filler = leave_room(disk, 200_000)
            acknowledged, reason = await fill(storage, Random(1))
        await getattr(store, end)()
        filler.unlink()
        await store.start()
        kept = await surviving(store)
        await store.stop()
    assert len(acknowledged) > 10
    assert not set(acknowledged) - kept
    assert "its disk is full" in reason


async def test_with_always_a_full_disk_ends_the_store_and_takes_nothing(tmp_path: Path) -> None:
    always = StorageSettings(durability=Durability.ALWAYS, store_timeout_ms=STORE_TIMEOUT_MS)
    with small_disk(tmp_path / "disk") as disk:
        store = RealStore("redis", disk, appendfsync="always")
        await store.start()
        async with open_storage(always, redis_url=store.url) as storage:
            filler = leave_room(disk, 200_000)
            acknowledged, _ = await fill(storage, Random(1))
        await store.process.wait()
        filler.unlink()
        await store.start()
        kept = await surviving(store)
        await store.stop()
    assert len(acknowledged) > 10
    assert not set(acknowledged) - kept


@pytest.mark.parametrize("backend", BACKENDS)
async def test_when_there_is_room_again_the_store_goes_on_by_itself(
    backend: str, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        store = RealStore(backend, disk)
        await store.start()
        async with open_storage(SETTINGS, redis_url=store.url) as storage:
            filler = leave_room(disk, 200_000)
            await fill(storage, Random(1))
            with pytest.raises(StoreUnavailable, match="disk"):
                await storage.log.accepts()
            filler.unlink()

            async def accepts() -> bool:
                try:
                    await storage.log.accepts()
                except StoreUnavailable:
                    return False
                return True

            await eventually(accepts)
            await storage.log.append([payload(storage, Random(2))])
        await store.stop()


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_store_killed_during_a_slow_fsync_loses_nothing(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_PRELOAD", slow_fsync(tmp_path))
    store, waited = RealStore(backend, tmp_path / "store"), Waited()
    monkeypatch.setattr(Written, "persistence", waited.persistence)
    await store.start()
    async with open_storage(SETTINGS, redis_url=store.url) as storage:
        acknowledged: list[Position] = []

        async def append() -> None:
            rng = Random(1)
            while True:
                acknowledged.append(await storage.log.append([payload(storage, rng)]))

        appending = asyncio.create_task(append())
        await eventually(lambda: waited.buffered >= 3 and len(acknowledged) > 10)
        await store.kill()
        with pytest.raises(StoreUnavailable):
            await appending
    await store.start()
    kept = await surviving(store)
    await store.stop()
    assert not set(acknowledged) - kept


class Waited:
    """Counts how often an append found that the store had not written yet."""

    def __init__(self) -> None:
        self.buffered = 0
        self._ask = Written.persistence

    @property
    def persistence(self):
        async def persistence(written: Written) -> bytes:
            said = await self._ask(written)
            self.buffered += b"aof_buffer_length:0" not in said
            return said

        return persistence
