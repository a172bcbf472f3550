from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import NotFound
from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.replica.ports.position import START
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.counting_engine import CountingEngine
from tests.integration.replicas import clicks, folded_digest, running_replica, started_replica
from tests.integration.waiting import PATIENCE_S, eventually


async def settings_on_log(storage: Storage) -> list[int]:
    return [
        operation.settings.seed
        async for logged in storage.log.iterate(START)
        for operation in logged.entry.operations
        if isinstance(operation, SettingsChange)
    ]


async def test_the_settings_are_the_first_entry_and_changes_follow(storage: Storage) -> None:
    for seed in (1, 1, 5, 5, 1):
        async with running_replica(storage, engine_settings=EngineSettings(seed=seed)):
            pass
    assert await settings_on_log(storage) == [1, 5, 1]


async def test_replicas_that_start_together_put_the_settings_there_once(storage: Storage) -> None:
    settings = EngineSettings(seed=3)
    replicas = await asyncio.gather(*(started_replica(storage, settings) for _ in range(4)))
    await asyncio.gather(*(replica.stop() for replica in replicas))
    assert await settings_on_log(storage) == [3]


@pytest.mark.parametrize("engine_type", [CountingEngine, Engine])
@pytest.mark.parametrize("snapshot_on_stop", [True, False])
async def test_a_restart_goes_on_where_the_last_one_stopped(
    storage: Storage, engine_type: type, snapshot_on_stop: bool
) -> None:
    options = {"engine_type": engine_type, "snapshot_on_stop": snapshot_on_stop}
    digests = []
    for start in (0, 50, 100):
        async with running_replica(storage, **options) as replica:
            if digests:
                assert (await replica.model(compute_digest=True)).digest == digests[-1]
            # the first one of all may wait for numba's compiler
            await replica.feedback(clicks(*range(start, start + 60)), 60)
            digests.append((await replica.model(compute_digest=True)).digest)
    assert bool(await storage.snapshots.published()) == snapshot_on_stop
    assert digests[-1] == await folded_digest(storage, engine_type)


async def test_snapshots_are_taken_on_the_way_and_the_tail_does_the_rest(storage: Storage) -> None:
    options = {"snapshot_entries": 20, "snapshot_on_stop": False}
    async with running_replica(storage, **options) as replica:
        for number in range(50):
            await replica.feedback(clicks(number), PATIENCE_S)
        await eventually(storage.snapshots.published)
        await replica.feedback(clicks(99), PATIENCE_S)
        digest = (await replica.model(compute_digest=True)).digest
    snapshot = (await storage.snapshots.published())[0].position
    assert 20 <= snapshot.sequence < (await storage.log.head()).sequence
    async with running_replica(storage) as replica:
        assert (
            (await replica.model(compute_digest=True)).digest
            == digest
            == await folded_digest(storage)
        )


async def test_a_snapshot_is_taken_after_a_time_too(storage: Storage) -> None:
    async with running_replica(storage, snapshot_interval_s=0.1, snapshot_on_stop=False) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
        await eventually(storage.snapshots.published)


@pytest.mark.parametrize("damaged", [1, 2])
async def test_damaged_snapshots_are_passed_over_and_the_log_gives_the_rest(
    storage: Storage, store: Store, settings: StorageSettings, damaged: int
) -> None:
    for number in range(3):
        async with running_replica(storage) as replica:
            await replica.feedback(clicks(*range(number, number + 5)), PATIENCE_S)
            digest = (await replica.model(compute_digest=True)).digest
    for meta in (await storage.snapshots.published())[:damaged]:
        await store.call("HSET", Keys(settings.catalogue).snapshot(meta.snapshot_id), 0, b"torn")
    async with running_replica(storage) as replica:
        assert (await replica.model(compute_digest=True)).digest == digest


async def test_a_log_behind_its_snapshot_is_refused_at_start(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    keys = Keys(settings.catalogue)
    async with running_replica(storage) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
    await store.call("DEL", keys.log, keys.head)
    with pytest.raises(LogBroken, match="the head is 0"):
        await started_replica(storage)


async def test_a_log_that_lost_its_start_is_refused_without_a_snapshot(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    async with running_replica(storage, snapshot_on_stop=False) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
        await replica.feedback(clicks(2), PATIENCE_S)
    await store.call("XTRIM", Keys(settings.catalogue).log, "MAXLEN", "=", 1)
    with pytest.raises(LogBroken, match="expected entry 1 after 0-0, found entry 3"):
        await started_replica(storage)


async def test_an_entry_that_this_build_does_not_know_stops_the_start(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
    await storage.log.append([b"\x08\x63"])
    with pytest.raises(UnreadableEntry, match="version 99"):
        await started_replica(storage)


async def test_a_fold_reaches_any_offset_with_or_without_snapshots(storage: Storage) -> None:
    digests = {}
    async with running_replica(storage, snapshot_entries=4, snapshot_on_stop=False) as replica:
        for number in range(12):
            done = await replica.feedback(clicks(number), PATIENCE_S)
            digests[done.offset] = (await replica.model(compute_digest=True)).digest
            if number == 6:
                await eventually(storage.snapshots.published)
    for snapshots in (None, storage.snapshots):
        for offset, digest in digests.items():
            engine, position = await fold(
                storage.log, CountingEngine, snapshots=snapshots, until=offset
            )
            assert (position.offset, engine.digest()) == (offset, digest)
    with pytest.raises(NotFound, match="offset"):
        await fold(storage.log, CountingEngine, until="5-5")


async def test_kept_entries_let_a_fold_begin_at_the_first(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    async with running_replica(storage) as replica:
        for number in range(20):
            await replica.feedback(clicks(number), PATIENCE_S)
    assert await store.call("XLEN", Keys(settings.catalogue).log) == 21


async def test_a_data_directory_is_all_a_restart_needs(tmp_path: Path) -> None:
    digests = []
    for number in range(2):
        async with (
            open_storage(StorageSettings(), data_dir=tmp_path) as storage,
            running_replica(storage, engine_type=Engine) as replica,
        ):
            digests.append((await replica.model(compute_digest=True)).digest)
            await replica.feedback(clicks(number), 60)
            digests.append((await replica.model(compute_digest=True)).digest)
    assert digests[1] == digests[2]
    assert len(set(digests)) == 3
