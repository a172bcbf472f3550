"""A second `headwater serve` takes no setting of production away, and changes are named."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import asynccontextmanager

import pytest

from headwater import AsyncClient, Item
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.real_store import running_store
from tests.system.crash.server import Server, serving
from tests.system.crash.worker_pool import WorkerPool
from tests.system.programs import HEADWATER

LAMP_FIRST = json.dumps([{"name": "lamp first", "kind": "pin", "slot": 1, "item_ids": ["lamp"]}])


@pytest.fixture
async def store(tmp_path):
    async with running_store("valkey", tmp_path / "store") as running:
        yield running


@asynccontextmanager
async def two(store, tmp_path, first=(), second=()):
    """Start one server, then another on the same store; both know the same items."""
    one = Server(tmp_path / "a", *first, redis_url=store.url)
    other = Server(tmp_path / "b", *second, redis_url=store.url)
    async with serving(one):
        async with AsyncClient(one.address) as client:
            await client.upsert_items([Item(name) for name in ("tent", "boots", "lamp", "rope")])
        async with serving(other):
            yield one, other


async def first_of(server):
    async with AsyncClient(server.address) as client:
        return (await client.recommend("stranger")).item_ids[0]


def changed_to(server, new):
    """Return the log line of the change to this value, None if there is none yet."""
    lines = [json.loads(line) for line in server.log.splitlines() if "setting changed" in line]
    return next((line for line in lines if line["new"] == new), None)


def settings_command(*arguments):
    command = [*HEADWATER, "settings", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ)
    return done.returncode, done.stdout, done.stderr


async def test_a_second_server_without_flags_keeps_the_rules(store, tmp_path):
    """R4."""
    async with two(store, tmp_path, ["--rules", LAMP_FIRST]) as servers:
        assert [await first_of(server) for server in servers] == ["lamp", "lamp"]
        assert "lamp first" in servers[1].log  # it says what it takes from the log
        digests = [(await server.model()).digest for server in servers]
    assert digests[0] == digests[1]


async def test_a_given_setting_changes_only_itself_and_every_log_names_it(store, tmp_path):
    flags = ["--rules", LAMP_FIRST, "--items-max", "100"], ["--items-max", "200"]
    async with two(store, tmp_path, *flags) as servers:
        for server in servers:
            assert await first_of(server) == "lamp"
            await eventually(lambda server=server: changed_to(server, "200"))
            line = changed_to(server, "200")
            assert (line["setting"], line["old"]) == ("items_max", "100")
            assert f"-{servers[1].pid}-" in line["who"]
            assert line["offset"]


async def test_a_given_empty_list_takes_the_rules_away(store, tmp_path):
    async with two(store, tmp_path, ["--rules", LAMP_FIRST], ["--rules", "[]"]) as (one, _):
        async with AsyncClient(one.address) as client:
            settings = {s.name: s.value for s in (await client.list_settings_changes()).settings}
        assert settings["rules"] == "[]"


@pytest.mark.thorough
async def test_settings_are_changed_shown_and_put_back_beside_a_running_server(tmp_path):
    data = tmp_path / "data"
    server = Server(data, "--rules", LAMP_FIRST)
    async with serving(server):
        place = ("--data-dir", str(data))
        code, said, error = settings_command("set", "items_max=321", "diversity=low", *place)
        assert (code, error) == (0, "")
        assert "items_max: 1000000 -> 321" in said
        assert settings_command("set", "items_max=321", *place)[1] == "nothing to change\n"
        code, said, error = settings_command("show", "--target", server.address)
        assert "items_max = 321  (default 1000000)" in said
        assert "the catalogue does not have lamp" in error
        code, said, _ = settings_command("reset", "items_max", "rules", *place)
        assert "items_max: 321 -> 1000000" in said
        code, said, _ = settings_command("history", "--target", server.address)
        assert said.index("321\n    new 1000000") < said.index("1000000\n    new 321")
        assert "settings set on" in said
    assert settings_command("show", *place)[1].count("(default") == 1  # diversity


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("set", "itms_max=3"), "itms_max: there is no such setting of the engine; did you mean"),
        (("set", "listen=a:1"), "listen is not on the log: set it as a flag"),
        (("set", "items_max"), "write NAME=VALUE"),
        (("set", "items_max=-3"), "items_max = '-3': must"),
        (("set", 'rules=[{"name":"x","kind":"pin"}]'), 'rules[0] "x": slot: is required'),
        (("reset", "itms_max"), "did you mean items_max?"),
        (("set", "seed=1", "--data-dir", "gone"), "there is no directory gone"),
    ],
)
def test_a_wrong_change_is_explained_and_nothing_is_done(arguments, says, tmp_path):
    place = () if "--data-dir" in arguments else ("--data-dir", str(tmp_path))
    code, said, error = settings_command(*arguments, *place)
    assert (code, said) == (2, "")
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ('hide_days={"purchse":30}', "hide_days: rewards has no event type purchse; did you mean"),
        (
            'rules=[{"name":"x","kind":"hide","event_types":["vew"],"days":2}]',
            'rules "x": event_types: rewards has no event type vew; did you mean view?',
        ),
    ],
)
def test_an_event_type_that_no_event_can_have_is_warned_of(given, says, tmp_path):
    code, said, error = settings_command("set", given, "--data-dir", str(tmp_path))
    assert (code, "offset=" in said) == (0, True)
    assert says in error


@pytest.mark.thorough
async def test_a_worker_that_is_replaced_does_not_change_the_settings_back(tmp_path):
    """A command changed them since; the start of a worker is no start of the server."""
    pool = WorkerPool(tmp_path / "data", "--items-max", "100")
    async with serving(pool):
        place = ("--data-dir", str(tmp_path / "data"))
        assert settings_command("set", "items_max=321", *place)[0] == 0
        pids = pool.children()
        os.kill(pids[0], 9)
        await eventually(
            lambda: len(pool.children()) == len(pids) and pids[0] not in pool.children()
        )
        await eventually(lambda: pool.log.count("process ready") > len(pids), PATIENCE_S)
        async with AsyncClient(pool.address) as client:
            settings = {s.name: s.value for s in (await client.list_settings_changes()).settings}
        assert settings["items_max"] == "321"
