"""kill -9 of the server in the middle of an import; restart; continue: nothing lost or doubled."""

from __future__ import annotations

import asyncio
import random
import sys

import pytest
from typer.testing import CliRunner

from headwater import AsyncClient
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.cli.root import commands

EVENTS = 4000


@pytest.fixture
def events(tmp_path):
    rng = random.Random(11)
    rows = [
        f"{1_600_000_000 + n},v{rng.randrange(50)},i{rng.randrange(100)},view,1"
        for n in range(EVENTS)
    ]
    path = tmp_path / "events.csv"
    path.write_text("\n".join(["timestamp,user_id,item_id,event_type,value", *rows]) + "\n")
    return path


async def start_import(events, target):
    return await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "headwater_server", "import", "--events", str(events)],
        *["--target", target, "--batch-size", "20"],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def learned(address):
    async with AsyncClient(address) as client:
        return (await client.get_model()).counts["events_learned"]


async def until_some_are_learned(address):
    while await learned(address) < EVENTS / 10:
        await asyncio.sleep(0.01)


@pytest.mark.thorough
async def test_a_killed_server_and_its_import_go_on_where_they_were(events, tmp_path):
    server = ServerProcess(tmp_path / "data")
    await server.start()
    address = server.address
    importing = await start_import(events, address)
    await until_some_are_learned(address)
    await server.kill_and_wait()
    # on the same port, so that the import, which is patient, finds it again
    server = ServerProcess(tmp_path / "data", "--listen", address)
    await server.start()
    try:
        said, errors = await importing.communicate()
        assert importing.returncode == 0, errors
        counts = dict(reversed(part.split()) for part in said.decode().split(","))
        assert sum(map(int, counts.values())) == EVENTS
        assert await learned(server.address) == EVENTS
        again = await start_import(events, server.address)
        said, _ = await again.communicate()
        assert said.decode().split() == [str(EVENTS), "exists"]
        assert await learned(server.address) == EVENTS
        async with AsyncClient(server.address) as client:
            digest = (await client.get_model(compute_digest=True)).digest
    finally:
        assert await server.stop() == 0
    arguments = ["digest", "--data-dir", str(tmp_path / "data"), "--from-log"]
    folded = await asyncio.to_thread(CliRunner().invoke, commands, arguments)
    assert folded.output.split()[0] == digest
