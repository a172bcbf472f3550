"""The lake: what DuckDB counts is what the log holds, and a restore has the same digest."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from asyncio.subprocess import PIPE
from dataclasses import replace
from functools import partial
from pathlib import Path

import duckdb
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemWrite, SettingsChange, UserErase
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.settings import EngineSettings
from headwater_server.lake import writing
from headwater_server.lake.files import BadLake, Lake, span_of
from headwater_server.lake.restoring import restore
from headwater_server.replica.ports.position import START, time_ms_of
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.rebuild.rewriting import Rewriting
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import url_of
from tests.integration.waiting import eventually

EVENTS = 60
FAR_AHEAD_MS = 1 << 45


def act(number: int, **more) -> Event:
    price = 9.5 if number % 2 else None
    items = (EventItem(f"i{number % 7}", 2.0, price, "EUR" if price else ""),)
    return Event(f"e{number}", "click", f"v{number % 5}", items=items, **more)


@pytest.fixture
async def filled(storage: Storage) -> Storage:
    slate = Slate("rec", "champion", "home", ("i1", "i2"), (0.75, 0.25))
    shown = Event("shown", "impression", "v1", slate=slate, context=(("device", "phone"),))
    entries = [(SettingsChange(EngineSettings(seed=7)),), (ItemWrite(Item("i1", "One")), shown)]
    entries += [tuple(act(n) for n in range(start, start + 3)) for start in range(0, EVENTS, 3)]
    entries += [(UserErase("", ("v3",)),)]
    for operations in entries:
        await storage.log.append([storage.log.encode(operations, imported=True)])
    return storage


@pytest.fixture
def lake(tmp_path: Path, settings: StorageSettings) -> Lake:
    return Lake(tmp_path / "lake", settings.catalogue)


def query(lake: Lake, text: str):
    files = f"read_parquet('{lake.path}/**/*.parquet', hive_partitioning = true)"
    return duckdb.sql(text.replace("lake", files, 1)).fetchall()


async def digest_of(storage: Storage) -> str:
    engine, _ = await fold(storage.log, Engine, snapshots=storage.snapshots)
    return engine.digest()


async def test_duckdb_counts_what_the_log_holds(filled, lake):
    written = await writing.write(filled.log, lake, FAR_AHEAD_MS)
    assert (written.operations, written.events, written.waiting) == (EVENTS + 4, EVENTS + 1, 0)
    assert query(lake, "SELECT count(*) FROM lake WHERE kind = 'event'") == [(EVENTS + 1,)]
    bought = "SELECT sum(i.price * i.quantity) FROM (SELECT unnest(items) AS i FROM lake)"
    assert query(lake, bought) == [(EVENTS / 2 * 19.0,)]
    shown = "SELECT policy, shown_item_ids, context FROM lake WHERE event_type = 'impression'"
    assert query(lake, shown) == [("champion", ["i1", "i2"], '{"device": "phone"}')]
    kinds = query(lake, "SELECT DISTINCT kind FROM lake ORDER BY kind")
    assert [kind for (kind,) in kinds] == ["event", "item_write", "settings_change", "user_erase"]


async def test_the_files_are_for_their_owner_and_sorted_by_hour(filled, lake):
    await writing.write(filled.log, lake, FAR_AHEAD_MS)
    (file,) = lake.files()
    assert file.path.stat().st_mode & 0o077 == 0
    hour = query(lake, "SELECT DISTINCT date, hour FROM lake")
    stamp = time.strftime("%Y-%m-%d %H", time.gmtime(time_ms_of(span_of(file)[1].offset) / 1000))
    assert f"{hour[0][0]} {hour[0][1]:0>2}" == stamp


async def test_the_hour_that_is_not_over_waits_unless_it_is_asked_for(filled, lake):
    now_ms = time_ms_of((await filled.log.head()).offset)
    waiting = await writing.write(filled.log, lake, now_ms)
    assert (waiting.files, waiting.waiting) == (0, EVENTS + 4)
    assert (await writing.write(filled.log, lake, now_ms, also_open=True)).files == 1
    assert (await writing.write(filled.log, lake, now_ms, also_open=True)).files == 0
    await filled.log.append([filled.log.encode([act(EVENTS)])])
    assert (await writing.write(filled.log, lake, now_ms, also_open=True)).operations == 1
    assert query(lake, "SELECT count(DISTINCT event_id) FROM lake") == [(EVENTS + 2,)]


async def test_a_file_ends_at_its_size(filled, lake, monkeypatch):
    monkeypatch.setattr(writing, "FILE_ROWS", 10)
    monkeypatch.setattr(writing, "BATCH_ROWS", 4)
    await writing.write(filled.log, lake, FAR_AHEAD_MS)
    files = lake.files()
    assert len(files) > 3
    assert [file.first for file in files[1:]] == [file.last + 1 for file in files[:-1]]
    assert files[-1].last == (await filled.log.head()).sequence


async def test_a_rewrite_is_the_same_file(filled, lake):
    await writing.write(filled.log, lake, FAR_AHEAD_MS)
    before = {file.path: file.path.read_bytes() for file in lake.files()}
    other = Lake(lake.path.parent.with_name("other"), lake.path.name)
    await writing.write(filled.log, other, FAR_AHEAD_MS)
    assert [file.path.read_bytes() for file in other.files()] == [*before.values()]
    await writing.rewrite(filled.log, lake)
    assert {file.path: file.path.read_bytes() for file in lake.files()} == before


@pytest.fixture
async def empty(server_dir: Path, settings: StorageSettings):
    other = replace(settings, catalogue=f"{settings.catalogue}-restored")
    async with open_storage(other, redis_url=url_of(server_dir)) as opened:
        yield opened


async def test_a_restore_has_the_same_entries_and_digest(filled, lake, empty, monkeypatch):
    monkeypatch.setattr(writing, "FILE_ROWS", 20)
    await writing.write(filled.log, lake, FAR_AHEAD_MS)
    assert await restore(lake, empty) == (await filled.log.head()).sequence
    assert await empty.log.head() == await filled.log.head()
    assert await digest_of(empty) == await digest_of(filled)
    both = [[e.entry async for e in one.log.iterate(START)] for one in (filled, empty)]
    assert both[0] == both[1]
    assert await restore(lake, empty) == 0  # again: nothing is left to do


async def test_a_restore_continues_where_it_was_interrupted(filled, lake, empty):
    await writing.write(filled.log, lake, FAR_AHEAD_MS)

    def stop(done, _of):
        if done == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await restore(lake, empty, stop)
    await restore(lake, empty)
    assert await digest_of(empty) == await digest_of(filled)


async def test_a_store_with_another_log_is_left_alone(filled, lake, empty):
    await writing.write(filled.log, lake, FAR_AHEAD_MS)
    await empty.log.append([empty.log.encode([act(1)])])
    with pytest.raises(BadLake, match="the store is not empty"):
        await restore(lake, empty)
    assert await empty.log.length() == 1


@pytest.mark.parametrize("more", [-5, 0, 5])
async def test_a_lake_of_another_log_is_not_continued(filled, lake, empty, more):
    """Whether the other log is shorter, as long, or longer."""
    await writing.write(filled.log, lake, FAR_AHEAD_MS)
    before = lake.files()
    for number in range((await filled.log.head()).sequence + more):
        await empty.log.append([empty.log.encode([act(number)])])
    with pytest.raises(BadLake, match="is not on this log"):
        await writing.write(empty.log, lake, FAR_AHEAD_MS)
    assert lake.files() == before


async def test_a_missing_file_is_named(filled, lake, empty, monkeypatch):
    monkeypatch.setattr(writing, "FILE_ROWS", 10)
    await writing.write(filled.log, lake, FAR_AHEAD_MS)
    files = lake.files()
    files[1].path.unlink()
    with pytest.raises(BadLake, match=f"the file with entry {files[1].first} was expected"):
        await restore(lake, empty)
    files[0].path.unlink()
    for file in files[2:-1]:
        file.path.unlink()
    with pytest.raises(BadLake, match=f"begins with entry {files[-1].first}"):
        await restore(lake, empty)
    assert await empty.log.length() == 0


async def test_what_was_erased_from_the_log_goes_from_the_lake_with_a_rewrite(filled, lake):
    await writing.write(filled.log, lake, FAR_AHEAD_MS)
    theirs = "SELECT count(*) FROM lake WHERE visitor_id = 'v3'"
    assert query(lake, theirs) == [(EVENTS // 5,)]
    await Rewriting(filled).run()
    filled.log.forget_read()
    await writing.rewrite(filled.log, lake)
    assert query(lake, theirs) == [(0,)]
    assert not any(
        b"v3" in bytes(p)
        for (p,) in query(
            lake, "SELECT payload FROM lake WHERE payload IS NOT NULL AND kind = 'event'"
        )
    )


def headwater(*flags, check=True):
    command = [sys.executable, "-m", "headwater_server", *map(str, flags)]
    return subprocess.run(command, check=check, capture_output=True, text=True)


def test_the_command_writes_and_restores_a_data_directory(tmp_path):
    events = tmp_path / "events.csv"
    lines = [f"{1_600_000_000 + 60 * n},u{n % 9},i{n % 13},view" for n in range(300)]
    events.write_text("timestamp,user_id,item_id,event_type\n" + "\n".join(lines) + "\n")
    headwater("import", "--events", events, "--data-dir", tmp_path / "a")
    done = headwater(
        "lake", "write", "--lake", tmp_path / "lake", "--data-dir", tmp_path / "a", "--now"
    )
    assert "300 of them events" in done.stdout
    headwater("lake", "restore", "--lake", tmp_path / "lake", "--data-dir", tmp_path / "b")
    digests = [
        headwater("digest", "--from-log", "--data-dir", tmp_path / one).stdout for one in "ab"
    ]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        (("write", "--lake", "x", "--rewrite", "--now", "--data-dir", "."), "neither --follow nor"),
        (("write", "--lake", "x", "--data-dir", "nowhere"), "there is no directory"),
        (("restore", "--lake", "nowhere", "--data-dir", "new"), "there is no lake"),
    ],
)
def test_the_command_refuses_in_words(tmp_path, monkeypatch, flags, problem):
    monkeypatch.chdir(tmp_path)
    done = headwater("lake", *flags, check=False)
    assert done.returncode in (1, 2)
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


async def test_killed_again_and_again_it_doubles_and_loses_nothing(
    server_dir, settings, storage, tmp_path
):
    """Three kills of the command while it writes; each time it goes on after the last file."""
    for start in range(0, 6_000, 100):
        batch = [act(n) for n in range(start, start + 100)]
        await storage.log.append([storage.log.encode(batch)])
    lake = Lake(tmp_path / "lake", settings.catalogue)
    place = ("--redis-url", url_of(server_dir), "--catalogue", settings.catalogue)
    command = [
        sys.executable,
        "-c",
        SMALL_FILES,
        "lake",
        "write",
        "--lake",
        str(tmp_path / "lake"),
        "--now",
    ]
    for files in (1, 6, 11):
        process = await asyncio.create_subprocess_exec(*command, *place, stdout=PIPE)
        await eventually(partial(reached, lake, files, process))
        assert process.returncode is None, "it was faster than the kill"
        process.kill()
        await process.communicate()
    process = await asyncio.create_subprocess_exec(*command, *place, stdout=PIPE)
    await process.communicate()
    assert process.returncode == 0
    counted = query(lake, "SELECT count(*), count(DISTINCT event_id), max(sequence) FROM lake")
    assert counted == [(6_000, 6_000, 60)]


def reached(lake, files, process):
    return len(lake.files()) >= files or process.returncode is not None


SMALL_FILES = """
from headwater_server.lake import writing
from headwater_server.cli import main
writing.FILE_ROWS = 100
main()
"""
