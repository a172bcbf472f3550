"""The log's archive: trimmed entries are in it, it is one log with what is kept, damage shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.ports.registry import ReplicaReport
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.archive import archiver
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.segment import DamagedSegment, read_header, read_segment
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import url_of
from tests.integration.counting_engine import CountingEngine
from tests.integration.replicas import click, clicks, running_replica, started_replica
from tests.integration.waiting import PATIENCE_S

ENTRIES = 400


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    return StorageSettings(
        catalogue=f"archive-{abs(hash(request.node.nodeid))}",
        archive_dir=tmp_path / "archive",
        log_entries_kept_min=10,
    )


@pytest.fixture
def archive(settings: StorageSettings) -> Archive:
    assert settings.archive_dir
    return Archive(settings.archive_dir, settings.catalogue)


@pytest.fixture
async def other(
    server_dir: Path, settings: StorageSettings, tmp_path: Path
) -> AsyncIterator[Storage]:
    """The same log, seen by somebody with an archive of his own."""
    settings = replace(settings, archive_dir=tmp_path / "elsewhere")
    async with open_storage(settings, redis_url=url_of(server_dir)) as opened:
        yield opened


async def fill(storage: Storage, entries: int = ENTRIES, first: int = 0) -> list[Position]:
    log = storage.log
    return [await log.append([log.encode([click(n)])]) for n in range(first, first + entries)]


async def test_trimming_archives_first_and_both_are_read_as_one_log(
    storage: Storage, store: Store, settings: StorageSettings, archive: Archive
) -> None:
    positions = await fill(storage)
    whole, _ = await fold(storage.log, CountingEngine)
    await storage.log.trim(positions[299])
    kept = await store.call("XLEN", Keys(settings.catalogue).log)
    assert ENTRIES - 300 < kept < ENTRIES
    assert archive.span() == (1, 300)
    assert [e.position async for e in storage.log.iterate(START)] == positions
    assert [e.position async for e in storage.log.iterate(positions[41])] == positions[42:]
    again, position = await fold(storage.log, CountingEngine)
    assert (again.digest(), position) == (whole.digest(), positions[-1])
    await storage.log.verify(positions[3])
    assert (await fill(storage, 1, ENTRIES))[0].sequence == ENTRIES + 1


async def test_a_replica_without_a_snapshot_starts_from_archive_and_log(storage: Storage) -> None:
    options = {"snapshot_on_stop": False}
    async with running_replica(storage, **options) as replica:
        for number in range(ENTRIES):
            await replica.feedback(clicks(number), PATIENCE_S)
        digest = (await replica.model(compute_digest=True)).digest
    await storage.log.trim(await storage.log.head())
    assert await storage.log.length() < ENTRIES
    async with running_replica(storage, **options) as replica:
        assert (await replica.model(compute_digest=True)).digest == digest


async def test_segments_grow_until_they_are_large_and_follow_each_other(
    storage: Storage, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiver, "SEGMENT_ENTRIES", 50)
    positions = await fill(storage, 120)
    for until in (9, 29, 59, 118):
        await storage.log.trim(positions[until])
        assert archive.span() == (1, until + 1)
    sizes = [len(read_segment(path)) for path in archive.files()]
    assert sizes == [50, 50, 19]
    assert len(list(archive.path.glob("*.hwlog"))) == 3


async def test_without_an_archive_nothing_is_trimmed_and_it_is_said_once(
    server_dir: Path, settings: StorageSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(settings, archive_dir=None)
    async with open_storage(settings, redis_url=url_of(server_dir)) as storage:
        positions = await fill(storage)
        for _ in range(2):
            await storage.log.trim(positions[-1])
        assert await storage.log.length() == ENTRIES
    assert capsys.readouterr().err.count("set archive_dir") == 1


async def test_what_is_neither_kept_nor_archived_is_explained(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    positions = await fill(storage, 5)
    await store.call("XTRIM", Keys(settings.catalogue).log, "MAXLEN", "=", 2)
    with pytest.raises(LogBroken, match="entries 1 to 3 are missing"):
        await storage.log.read(START, 10, 0)
    with pytest.raises(LogBroken, match="now starts at entry 4, and no archive"):
        await storage.log.verify(positions[1])
    with pytest.raises(LogBroken, match="no state to start from: there is no snapshot"):
        await started_replica(storage)


async def test_only_the_first_archive_grows_with_a_log(
    storage: Storage, other: Storage, capsys: pytest.CaptureFixture[str]
) -> None:
    positions = await fill(storage)
    await storage.log.trim(positions[9])
    await other.log.trim(positions[-1])
    assert await storage.log.length() == ENTRIES
    assert "another archive belongs to the log" in capsys.readouterr().err


async def test_what_a_replica_did_not_read_yet_stays_unless_it_is_broken(storage: Storage) -> None:
    positions = await fill(storage)
    slow = ReplicaReport("slow", "here", 1, "worker", positions[49], 1, "0")
    await storage.replicas.report(slow)
    await storage.log.trim(positions[-1])
    assert await storage.log.length() >= ENTRIES - 50
    await storage.replicas.report(replace(slow, broken="it cannot read on"))
    await storage.log.trim(positions[-1])
    assert await storage.log.length() < ENTRIES // 2


@pytest.mark.parametrize("damage", ["flipped", "truncated", "header", "magic"])
async def test_a_damaged_segment_is_refused(
    storage: Storage, archive: Archive, damage: str
) -> None:
    positions = await fill(storage)
    await storage.log.trim(positions[299])
    (path,) = archive.files()
    content = bytearray(path.read_bytes())
    match damage:
        case "flipped":
            content[-20] ^= 1
        case "truncated":
            del content[-1]
        case "header":
            content[20] ^= 1
        case "magic":
            content[0] ^= 1
    path.write_bytes(content)
    with pytest.raises(DamagedSegment, match=path.name):
        read_segment(path)
    with pytest.raises(LogBroken, match=path.name):
        await fold(storage.log, CountingEngine)


async def test_a_log_that_ends_before_its_archive_is_refused_at_the_start(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    positions = await fill(storage)
    await storage.log.trim(positions[-1])
    keys = Keys(settings.catalogue)
    await store.call("DEL", keys.log, keys.head)
    with pytest.raises(LogBroken, match="a log that ends at entry 0; the log lost its end"):
        await started_replica(storage)
    await fill(storage, ENTRIES + 1)
    with pytest.raises(LogBroken, match="the archive is not of this log"):
        await started_replica(storage)


async def test_a_log_that_does_not_fit_its_archive_is_not_archived_and_not_trimmed(
    storage: Storage, store: Store, settings: StorageSettings, archive: Archive
) -> None:
    positions = await fill(storage)
    await storage.log.trim(positions[-1])
    keys = Keys(settings.catalogue)
    await store.call("DEL", keys.log, keys.head)
    positions = await fill(storage, 2 * ENTRIES)
    await storage.log.trim(positions[-1])
    assert await storage.log.length() == 2 * ENTRIES
    assert archive.span() == (1, ENTRIES)


async def test_a_merge_that_was_killed_leaves_one_log(storage: Storage, archive: Archive) -> None:
    positions = await fill(storage, 20)
    await storage.log.trim(positions[9])
    (short,) = archive.files()
    content = short.read_bytes()
    await storage.log.trim(positions[19])
    short.write_bytes(content)  # as if the process had died before it was taken away
    (short.parent / (short.name + ".part")).write_bytes(content[:50])
    assert archive.span() == (1, 20)
    assert len(archive.files()) == 1
    assert len(archive.entries_after(0)) == 20


async def test_old_segments_go_after_the_days_that_are_set_but_never_what_is_needed(
    storage: Storage, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiver, "SEGMENT_ENTRIES", 100)
    positions = await fill(storage)
    await storage.log.trim(positions[-1])
    now_ms = int(positions[-1].offset.partition("-")[0])
    assert archive.drop_old(1, now_ms, ENTRIES) == []
    later_ms = now_ms + 86_400_001
    dropped = await asyncio.to_thread(archive.drop_old, 1, later_ms, 250)
    assert [path.name.partition("-")[2] for path in dropped] == [
        "00000000000000000100.hwlog",
        "00000000000000000200.hwlog",
    ]
    assert archive.span() == (201, ENTRIES)


async def test_a_segment_says_where_it_belongs(storage: Storage, archive: Archive) -> None:
    positions = await fill(storage, 5)
    await storage.log.trim(positions[2])
    segment = read_header(archive.files()[0])
    assert (segment.first, segment.last, segment.previous) == (positions[0], positions[2], "0-0")
