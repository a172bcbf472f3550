"""kill -9 of an import while it reads, writes or learns; the same command again: the same log."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from headwater import AsyncClient
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.cli.root import commands
from headwater_server.cli.stores import chosen_store
from headwater_server.replica.ports.position import START
from headwater_server.settings import load_settings

EVENTS = 4000
PATIENCE_S = 200


@pytest.fixture
def past(tmp_path, monkeypatch):
    """A shop's past, in a directory of its own that is the one of temporary files, too."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    rng = random.Random(11)
    rows = [
        f"{1_600_000_000 + 30 * n},v{rng.randrange(50)},i{rng.randrange(100)},view"
        for n in range(EVENTS)
    ]
    path = tmp_path / "events.csv"
    path.write_text("\n".join(["timestamp,user_id,item_id,event_type", *rows]) + "\n")
    (tmp_path / "items.csv").write_text("item_id,title\n" + "i1,One\ni2,Two\n")
    return path


def command(*where):
    files = ["--events", "events.csv", "--items", "items.csv"]
    return ["import", *files, "--batch-size", "5", *map(str, where)]


def start(*where):
    return subprocess.Popen(
        [sys.executable, "-m", "headwater_server", *command(*where)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_when(importing, reached):
    """Kill -9 an import as soon as ``reached()`` is true; it must not have ended by itself."""
    give_up = time.monotonic() + PATIENCE_S
    while not reached():
        assert importing.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.001)
    importing.kill()
    assert importing.wait() == -9
    importing.communicate()


def kill_when_said(importing, begin):
    kill_when(importing, lambda: importing.stderr.readline().startswith(begin))


def run(*where):
    result = CliRunner().invoke(commands, command(*where))
    assert result.exit_code == 0, result.output
    return result.output


def folded(data_dir):
    arguments = ["digest", "--data-dir", str(data_dir)]
    as_learned, from_log = (
        CliRunner().invoke(commands, [*arguments, *more]).output.split()[0]
        for more in ([], ["--from-log"])
    )
    assert as_learned == from_log
    return as_learned


async def on_log(data_dir):
    """Return all that is on a log: the operations of its entries; events have their times."""
    async with chosen_store(load_settings(data_dir=data_dir)) as storage:
        entries = [one.entry async for one in storage.log.iterate(START)]
    # without changes of settings: they, and the times of appends, are those of the command
    return [one.operations for one in entries if not hasattr(one.operations[0], "who")]


@pytest.mark.thorough
def test_an_import_that_was_killed_anywhere_ends_with_the_same_log(past, tmp_path):
    run("--data-dir", "whole")
    temporary = tmp_path / "tmp"
    places = ("--data-dir", "data")
    kill_when(start(*places), lambda: any(temporary.glob("*/reading.duckdb")))
    assert any(temporary.glob("headwater-reading-*"))
    kill_when_said(start(*places), "write the log: ")
    assert len(list(temporary.glob("headwater-reading-*"))) == 1  # that of the last kill only
    kill_when_said(start(*places), "write the log: ")
    kill_when_said(start(*places), "learn: ")
    importing = start(*places)
    said = importing.communicate()
    assert importing.returncode == 0, said
    assert f"{EVENTS:,} events are there already" in said[1]
    assert f"0 events written, {EVENTS:,} existed already" in said[0]
    assert not any(temporary.glob("headwater-reading-*"))
    assert folded("data") == folded("whole")
    assert asyncio.run(on_log("data")) == asyncio.run(on_log("whole"))


@pytest.mark.thorough
async def test_a_server_that_forgets_ids_learns_nothing_twice(past, tmp_path):
    """Events that were acknowledged are not sent again, as it remembers only the last 1,000."""
    server = ServerProcess(tmp_path / "data", "--deduplication-ids-max", "1000")
    await server.start()
    address = server.address
    try:
        async with AsyncClient(address) as client:

            async def learned():
                return (await client.get_model()).counts["events_learned"]

            importing = start("--target", address)
            while await learned() < EVENTS / 2:
                await asyncio.sleep(0.01)
            importing.kill()
            assert importing.wait() == -9
            importing.communicate()
            before = await learned()
            said = await asyncio.to_thread(run, "--target", address)
            assert "events of the file were sent already; continuing" in said
            assert before < EVENTS == await learned()
            with past.open("a") as file:
                file.write("1700000000,v1,i1,view\n")
            said = await asyncio.to_thread(run, "--target", address)
            assert f"{EVENTS:,} events of the file were sent already; continuing" in said
            assert f"1 created, {EVENTS} exists" in said
            assert await learned() == EVENTS + 1
    finally:
        assert await server.stop() == 0
    # another catalogue at the same address gets all
    server = ServerProcess(tmp_path / "other", "--listen", address)
    await server.start()
    try:
        said = await asyncio.to_thread(run, "--target", server.address)
        assert f"{EVENTS + 1} created" in said
    finally:
        assert await server.stop() == 0
