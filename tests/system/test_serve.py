"""`headwater serve` as a user runs it: ready when it says so, warm after any end."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from headwater import AsyncClient, Event, Item
from headwater_server.cli.demo.server_process import ServerFailedError, ServerProcess
from tests.integration.waiting import PATIENCE_S


@pytest.fixture
async def server(tmp_path):
    process = ServerProcess(tmp_path / "data")
    await process.start()
    yield process
    await process.stop()


async def model_of(server):
    async with AsyncClient(server.address) as client:
        return await client.get_model(compute_digest=True)


async def teach(server, visitor_id="v"):
    async with AsyncClient(server.address) as client:
        await client.upsert_items([Item("a", title="A"), Item("b", title="B")])
        return await client.feedback([Event("click", visitor_id, items=["a"])])


async def test_it_answers_as_soon_as_it_says_that_it_is_ready(server):
    learned = await teach(server)
    async with AsyncClient(server.address) as client:
        answer = await client.recommend("stranger", min_offset=learned.offset)
    assert set(answer.item_ids) == {"a", "b"}


async def test_a_clean_stop_ends_with_0_and_the_next_start_is_the_same(server):
    await teach(server)
    before = await model_of(server)
    assert await server.stop() == 0
    await server.start()
    after = await model_of(server)
    assert (after.digest, after.offset) == (before.digest, before.offset)


async def test_a_single_process_stops_in_order_at_sighup_and_says_what_would_restart(server):
    await teach(server)
    server._process.send_signal(signal.SIGHUP)
    assert await server._process.wait() == 0
    assert "with --workers, workers restart one by one" in server._errors.read_text()


async def test_a_kill_loses_nothing_that_was_acknowledged(server):
    await teach(server)
    before = await model_of(server)
    await server.kill_and_wait()
    await server.start()
    assert (await model_of(server)).digest == before.digest


async def test_two_servers_on_one_directory_are_refused(server, tmp_path):
    with pytest.raises(ServerFailedError, match="exit code 1"):
        await ServerProcess(tmp_path / "data").start()
    await teach(server)  # the first goes on


async def test_a_port_that_is_taken_is_refused(server, tmp_path):
    second = ServerProcess(tmp_path / "other", "--listen", server.address)
    with pytest.raises(ServerFailedError, match="another program listens there"):
        await second.start()
    assert [one.name for one in (tmp_path / "other").iterdir()] == ["server.log"]  # before any work


async def test_the_probe_says_serving_until_it_stops(server):
    command = [sys.executable, "-m", "headwater_server", "probe", "--target", server.address]
    assert subprocess.run(command, check=False, capture_output=True).stdout == b"SERVING\n"
    await server.stop()
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1


def test_ctrl_c_while_starting_ends_it_in_order(tmp_path):
    command = [sys.executable, "-m", "headwater_server", "serve", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(tmp_path / "data"), "--log-format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    while not (tmp_path / "data").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


async def test_beyond_this_machine_it_listens_only_with_a_key_or_when_set_to_allow_it(tmp_path):
    everywhere = ("--listen", "0.0.0.0:0")
    with pytest.raises(ServerFailedError, match="exit code 2") as refused:
        await ServerProcess(tmp_path / "data", *everywhere).start()
    said = " ".join(str(refused.value).split())
    assert "no key is set: set HEADWATER_KEYS" in said
    assert "--insecure" in said
    for allowed in (("--insecure",), ("--keys", "a-key-of-a-shop-1234")):
        server = ServerProcess(tmp_path / "data", *everywhere, *allowed)
        await server.start()
        assert await server.stop() == 0
    assert "a-key-of-a-shop-1234" not in (tmp_path / "data" / "server.log").read_text()


async def test_commands_show_their_key_to_a_server_that_asks_for_one(tmp_path, monkeypatch):
    server = ServerProcess(tmp_path / "data", "--keys", "a-key-of-a-shop-1234")
    await server.start()
    events = tmp_path / "events.csv"
    events.write_text("timestamp,user_id,item_id,event_type,value\n1600000000,v,i,view,1\n")
    program = [sys.executable, "-m", "headwater_server"]
    target = ["--target", server.address]

    def run(*command):
        return subprocess.run([*program, *command, *target], check=False, capture_output=True)

    refused = run("digest")
    assert refused.returncode == 1
    assert b"this server requires a key" in refused.stderr
    assert b"1 created" in run("import", "--events", events, "--key", "a-key-of-a-shop-1234").stdout
    monkeypatch.setenv("HEADWATER_KEY", "a-key-of-a-shop-1234")
    assert b"offset=" in run("digest").stdout
    assert run("probe").stdout == b"SERVING\n"
    await server.stop()
