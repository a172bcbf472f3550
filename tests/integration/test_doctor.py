"""`headwater doctor`: each kind of damage is seen, and the fixes lead to a store that serves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.ports.registry import ReplicaReport
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.doctor.examination import Examination
from headwater_server.storage.doctor.findings import Build, Finding
from headwater_server.storage.doctor.fixes import Fixes
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import running_server, url_of
from tests.integration.counting_engine import CountingEngine
from tests.integration.replicas import (
    click,
    clicks,
    folded_digest,
    running_replica,
    started_replica,
)
from tests.integration.waiting import PATIENCE_S

BUILD = Build(CountingEngine.STATE_VERSION, "0.26.1")


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    return StorageSettings(
        catalogue=f"doctor-{abs(hash(request.node.nodeid))}",
        archive_dir=tmp_path / "archive",
        log_entries_kept_min=10,
    )


@pytest.fixture
def archive(settings: StorageSettings) -> Archive:
    assert settings.archive_dir
    return Archive(settings.archive_dir, settings.catalogue)


@pytest.fixture
def keys(settings: StorageSettings) -> Keys:
    return Keys(settings.catalogue)


async def wrong(storage: Storage) -> dict[str, Finding]:
    found = await Examination(storage, BUILD).findings()
    return {finding.part: finding for finding in found if not finding.fine}


async def taught(storage: Storage, first: int = 0, entries: int = 30) -> str:
    """Teach a replica, which leaves a snapshot and an archive behind; return its digest."""
    async with running_replica(storage) as replica:
        for number in range(first, first + entries):
            await replica.feedback(clicks(number), PATIENCE_S)
        return (await replica.model(compute_digest=True)).digest


async def lose_tail(store: Store, keys: Keys, storage: Storage, entries: int) -> Position:
    """Let the log end as a replica of the store has it that was behind."""
    kept = (await store.call("XRANGE", keys.log, "-", "+"))[:-entries]
    await store.call("DEL", keys.log)
    for offset, fields in kept:
        pairs = [part for pair in fields.items() for part in pair]
        await store.call("XADD", keys.log, offset, *pairs)
    await store.call("HSET", keys.head, "n", kept[-1][1][b"n"], "id", kept[-1][0])
    return await storage.log.head()


async def test_a_store_in_order_is_fine_and_nothing_is_changed(
    storage: Storage, archive: Archive
) -> None:
    assert await wrong(storage) == {}
    assert not archive.path.exists()
    await taught(storage)
    before = sorted(archive.path.iterdir())
    assert await wrong(storage) == {}
    assert (await Fixes(storage).loss()).nothing
    assert sorted(archive.path.iterdir()) == before


async def test_a_lost_tail_is_put_back_from_the_archive(
    storage: Storage, store: Store, keys: Keys
) -> None:
    digest = await taught(storage)
    head = await storage.log.head()
    assert (await lose_tail(store, keys, storage, 12)).sequence == head.sequence - 12
    found = await wrong(storage)
    assert set(found) == {"boundary", "snapshot"}
    assert "a log that ends at entry 19" in found["boundary"].text
    assert "--restore-tail" in found["boundary"].fix
    with pytest.raises(LogBroken, match="headwater doctor"):
        await started_replica(storage)
    assert await Fixes(storage).restore_tail() == 12
    assert await storage.log.head() == head
    assert await wrong(storage) == {}
    assert await folded_digest(storage) == digest
    assert await taught(storage, 0, 5) == digest


async def test_an_emptied_store_is_filled_from_the_archive(
    storage: Storage, store: Store, keys: Keys
) -> None:
    digest = await taught(storage, entries=200)
    await storage.log.trim(await storage.log.head())
    assert await storage.log.length() < 200
    await store.call("DEL", keys.log, keys.head, keys.snapshots)
    assert "boundary" in await wrong(storage)
    assert await Fixes(storage).restore_tail() == 201
    assert await folded_digest(storage) == digest


async def test_a_log_that_went_on_without_its_tail_is_accepted_with_what_that_loses(
    storage: Storage, store: Store, keys: Keys, archive: Archive
) -> None:
    await taught(storage)
    await lose_tail(store, keys, storage, 12)
    for number in range(100, 140):
        await storage.log.append([storage.log.encode([click(number)])])
    digest = await folded_digest_of_stream(storage)
    found = await wrong(storage)
    assert set(found) == {"boundary", "snapshot"}
    assert "--restore-tail" not in found["boundary"].fix
    fixes = Fixes(storage)
    with pytest.raises(LogBroken, match="continued without"):
        await fixes.restore_tail()
    loss = await fixes.loss()
    assert (loss.fork.entries, loss.fork.common, len(loss.snapshots)) == (12, 19, 1)
    assert "12 archived entries after entry 19" in " ".join(loss.lines())
    await fixes.accept(loss)
    assert await wrong(storage) == {}
    assert archive.span() == (1, 19)
    assert len(list(archive.path.glob("*.aside"))) == 1
    async with running_replica(storage) as replica:
        assert (await replica.model(compute_digest=True)).digest == digest
    assert archive.span() == (1, 59)


async def folded_digest_of_stream(storage: Storage) -> str:
    engine = CountingEngine()
    async for logged in storage.log.iterate(START):
        engine.apply(logged.entry)
    return engine.digest()


async def test_another_log_in_place_of_ours_shares_nothing_with_the_archive(
    storage: Storage, store: Store, keys: Keys, archive: Archive
) -> None:
    await taught(storage)
    await store.call("DEL", keys.log, keys.head)
    for number in range(40):
        await storage.log.append([storage.log.encode([click(number)])])
    loss = await Fixes(storage).loss()
    assert (loss.fork.common, loss.fork.entries) == (0, 31)
    await Fixes(storage).accept(loss)
    assert await wrong(storage) == {}
    assert archive.span() == (0, 0)
    async with running_replica(storage):
        pass


async def test_a_head_that_is_not_the_end_of_the_stream_is_seen_and_set(
    storage: Storage, store: Store, keys: Keys
) -> None:
    digest = await taught(storage)
    await store.call("HSET", keys.head, "n", 77)
    assert "head" in await wrong(storage)
    with pytest.raises(LogBroken, match="do not match"):
        await started_replica(storage)
    fixes = Fixes(storage)
    await fixes.accept(await fixes.loss())
    assert await wrong(storage) == {}
    assert await taught(storage, 0, 3) == digest


async def test_a_missing_entry_and_an_unknown_one_are_named(
    storage: Storage, store: Store, keys: Keys
) -> None:
    await taught(storage)
    tenth = (await store.call("XRANGE", keys.log, "-", "+", "COUNT", 10))[-1][0]
    await store.call("XDEL", keys.log, tenth)
    assert "entry 10 is missing" in (await wrong(storage))["log"].text


async def test_an_entry_of_another_build_is_named(storage: Storage) -> None:
    position = await storage.log.append([b"\x08\x63"])
    assert f"entry {position.offset}" in (await wrong(storage))["log"].text


async def test_a_torn_snapshot_is_seen_and_dropped(
    storage: Storage, store: Store, keys: Keys
) -> None:
    await taught(storage)
    digest = await taught(storage, 50)
    newest, older = await storage.snapshots.ids()
    await store.call("HSET", keys.snapshot(newest), 0, b"torn")
    found = await wrong(storage)
    assert set(found) == {"snapshot"}
    assert "--drop-snapshots" in found["snapshot"].fix
    assert await Fixes(storage).drop_snapshots() == 1
    assert await storage.snapshots.ids() == [older]
    assert await wrong(storage) == {}
    assert await taught(storage, 50, 1) == digest


async def test_a_damaged_archive_and_a_missing_file_are_seen(
    storage: Storage, archive: Archive
) -> None:
    await taught(storage)
    (path,) = archive.files()
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert path.name in (await wrong(storage))["archive"].text


async def test_a_replica_that_stopped_learning_and_another_archive_are_seen(
    storage: Storage, store: Store, keys: Keys
) -> None:
    standing = ReplicaReport("r", "here", 7, "worker", START, 1, "0", broken="it is broken")
    await storage.replicas.report(standing)
    await store.call("HSET", keys.archive, "archive_id", "another", "place", "there:/x")
    found = await wrong(storage)
    assert "worker 7 on here: it is broken" in found["replica"].text
    assert "archived in there:/x" in found["archiving"].text


async def test_a_store_that_breaks_the_promise_is_looked_at_all_the_same(tmp_path: Path) -> None:
    async with (
        running_server("valkey", tmp_path, appendonly="no"),
        open_storage(StorageSettings(), redis_url=url_of(tmp_path), check=False) as storage,
    ):
        assert "CONFIG SET appendonly yes" in (await wrong(storage))["store"].text


def command(data_dir: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "headwater_server", "doctor", "--data-dir", str(data_dir), *flags]
    return subprocess.run(line, check=False, capture_output=True, text=True)


async def test_the_command_says_what_is_wrong_asks_and_repairs(tmp_path: Path) -> None:
    async with open_storage(StorageSettings(), data_dir=tmp_path) as storage:
        async with running_replica(storage, engine_type=Engine) as replica:
            await replica.feedback(clicks(1, 2, 3), 60)
        keys = Keys("default")
        await storage.store.call("DEL", keys.log, keys.head)
    first = command(tmp_path)
    assert first.returncode == 1
    assert "WRONG" in first.stdout
    assert "restore-tail" in first.stdout
    asked = command(tmp_path, "--accept")  # nobody there to say yes
    assert asked.returncode == 1
    assert "accept: 2 archived entries after entry 0" in asked.stdout
    repaired = command(tmp_path, "--restore-tail")
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert "restored: 2 entries" in repaired.stdout
