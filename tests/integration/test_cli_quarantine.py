"""`headwater quarantine` beside a server: listed, sent again after the cause is gone, deleted."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from headwater import AsyncClient, Event, EventItem, EventStatus, Item
from headwater_server.api.settings import ApiSettings
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.cli.root import commands
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.events import Status
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.writes.caller import Caller
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.api_server import serving
from tests.integration.conftest import url_of
from tests.integration.replicas import click, running_replica

BACKEND, PAGE = "key-of-the-backend", "key-of-the-page-01"
TODAY = replace(EngineSettings(), rewards={**EngineSettings().rewards, "wave": 0.5})


@pytest.fixture
def place(server_dir: Path, settings: StorageSettings) -> list[str]:
    return ["--redis-url", url_of(server_dir), "--catalogue", settings.catalogue]


@asynccontextmanager
async def shop(
    storage: Storage, settings: EngineSettings | None = None
) -> AsyncIterator[tuple[str, AsyncClient]]:
    async with (
        running_replica(storage, engine_settings=settings, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        yield listen, client


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, commands, ["quarantine", *arguments])


def wave(name: str, visitor: str = "v") -> Event:
    """Everything that an event can hold, so that what is sent again is the same content."""
    return Event(
        "wave",
        visitor,
        items=[EventItem("tent", 2.0, 9.5, "EUR"), "boots"],
        user_id="bob",
        session_id="s",
        value=1.5,
        event_time=datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC),
        placement="home",
        position=3,
        context={"device": "phone", "weight": 2.5},
        event_id=name,
    )


def poison(name: str) -> Event:
    return Event("click", "p", items=["tent"], value=math.nan, event_id=name)


async def test_what_today_is_learned_from_leaves_the_quarantine_and_the_rest_stays(
    storage: Storage, place: list[str]
) -> None:
    sent = [wave("w1"), poison("p1"), wave("w2", "w")]
    async with shop(storage) as (listen, client):
        for _ in range(3):  # retries are neither kept nor counted again
            answer = await client.feedback(sent)
            assert {r.status for r in answer.results} == {EventStatus.QUARANTINED}
        assert (await client.get_model()).counts["events_quarantined"] == 3
        listed = await run("list", *place)
        assert "3 events in quarantine" in listed.output
        assert "p1" in listed.output
        again = await run("replay", *place, "--target", listen, "--reason", "wave")
        assert again.exit_code == 1
        assert "learned 0, known already 0, rejected again 2" in again.output
        assert (await client.get_model()).counts["events_quarantined"] == 3
    async with shop(storage, TODAY) as (listen, client):
        first = await run("replay", *place, "--target", listen, "--event-id", "w1")
        assert (first.exit_code, "learned 1," in first.output) == (0, True)
        rest = await run("replay", *place, "--target", listen)
        assert rest.exit_code == 1
        assert "learned 1, known already 0, rejected again 1" in rest.output
        assert [kept.event_id async for kept in storage.quarantine.kept()] == ["p1"]
        late = await client.feedback([sent[0], sent[2]])  # the shop's own retry comes late
        assert [r.status for r in late.results] == [EventStatus.EXISTS] * 2


async def test_what_a_page_sent_is_not_sent_again_as_the_shops_own(
    storage: Storage, place: list[str]
) -> None:
    """With the operator's key the server would believe what it did not believe of the page."""
    named = replace(click(1), user_id="victim")
    async with (
        shop(storage) as (target, client),
        running_replica(storage, engine_type=Engine) as replica,
    ):
        done = await replica.feedback([(named, "")], 5, Caller("page", is_page=True))
        assert done.outcomes[0].status is Status.QUARANTINED
        replayed = await run("replay", *place, "--target", target)
        assert "rejected again 1" in replayed.output
        assert "the event came with a page's key" in replayed.output
        assert (await client.get_model()).counts["events_learned"] == 0


async def test_what_a_page_sent_is_sent_again_with_a_pages_key(
    storage: Storage, place: list[str]
) -> None:
    """An item that the page named first is described: then its event is learned, as a page's."""
    keys = ApiSettings(keys=SecretStr(BACKEND), page_keys=SecretStr(PAGE), stop_grace_s=0)
    sent = Event("click", "ann", items=["new"], event_id="e1")
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica, keys) as target,
        AsyncClient(target, key=BACKEND) as backend,
        AsyncClient(target, key=PAGE) as page,
    ):
        before = (await page.feedback([sent])).results[0]
        assert before.status is EventStatus.QUARANTINED
        assert before.detail.startswith("items[0].item_id: 'new' is not a known item")
        await backend.upsert_items([Item("new")])
        again = ["replay", *place, "--target", target, "--key", BACKEND]
        assert "rejected again 1" in (await run(*again)).output
        trusted = await run(*again, "--page-key", BACKEND)
        assert (trusted.exit_code, "no page's key" in trusted.output) == (2, True)
        assert "learned 1," in (await run(*again, "--page-key", PAGE)).output
        assert (await page.feedback([sent])).results[0].status is EventStatus.EXISTS
        assert (await backend.feedback([sent])).results[0].status is EventStatus.CREATED


async def test_only_what_is_named_is_dropped(storage: Storage, place: list[str]) -> None:
    async with shop(storage) as (_, client):
        await client.feedback([wave("w1"), poison("p1"), wave("w2", "w")])
    assert (await run("drop", *place)).exit_code == 2
    assert "deleted 1 events" in (await run("drop", *place, "--visitor", "w")).output
    assert [kept.event_id async for kept in storage.quarantine.kept()] == ["w1", "p1"]
    assert "deleted 2 events" in (await run("drop", *place, "--all")).output
    assert "0 events in quarantine" in (await run("list", *place)).output


async def test_the_oldest_go_first_and_count_again_when_they_come_again(
    server_dir: Path, settings: StorageSettings
) -> None:
    few = replace(settings, quarantined_events_max=2)
    async with (
        open_storage(few, redis_url=url_of(server_dir)) as storage,
        shop(storage) as (_, client),
    ):
        await client.feedback([poison("p1"), poison("p2"), poison("p3")])
        kept = [one.event_id async for one in storage.quarantine.kept()]
        assert kept == ["p2", "p3"]
        await client.feedback([poison("p1"), poison("p3")])
        kept = [one.event_id async for one in storage.quarantine.kept()]
        assert kept == ["p3", "p1"]
        assert (await client.get_model()).counts["events_quarantined"] == 4


async def test_it_works_beside_a_server_that_runs_on_the_same_directory(tmp_path: Path) -> None:
    place = ["--data-dir", str(tmp_path / "data")]
    server = ServerProcess(tmp_path / "data")
    await server.start()
    try:
        async with AsyncClient(server.address) as client:
            await client.feedback([poison("p1"), poison("p2")])
            assert "2 events in quarantine" in (await run("list", *place)).output
            assert (
                "rejected again 2"
                in (await run("replay", *place, "--target", server.address)).output
            )
            assert "deleted 2" in (await run("drop", *place, "--all")).output
            assert "0 events in quarantine" in (await run("list", *place)).output
    finally:
        await server.stop()
    assert "0 events in quarantine" in (await run("list", *place)).output


async def test_whole_ids_are_listed_from_the_store_and_from_a_server(
    storage: Storage, place: list[str]
) -> None:
    """An id is copied from the list into --event-id, however narrow the screen is."""
    name = "88d4c66b38d54df384a1" * 4
    async with shop(storage) as (listen, client):
        await client.feedback([replace(poison(name), visitor_id="ann"), poison("p2")])
        for where in (place, ["--target", listen]):
            listed = await run("list", *where)
            assert listed.exit_code == 0, listed.output
            assert name in listed.stdout
            assert "2 events in quarantine" in listed.stdout
            found = json.loads((await run("list", *where, "--json")).stdout)
            assert [one["event_id"] for one in found] == [name, "p2"]
            one = await run("list", *where, "--visitor", "ann", "--json")
            assert [each["visitor_id"] for each in json.loads(one.stdout)] == ["ann"]


async def test_an_id_cannot_move_the_cursor_of_the_terminal(
    storage: Storage, place: list[str]
) -> None:
    """An id is any text. What a stranger's page sent must not write on the operator's screen."""
    async with shop(storage) as (listen, client):
        await client.feedback([replace(poison("e\x1b[2J\n1"), visitor_id="v\x07\x9b2J")])
        for where in (place, ["--target", listen]):
            listed = await run("list", *where)
            assert "e [2J 1" in listed.stdout
            assert not {"\x1b", "\x07", "\x9b"} & set(listed.stdout)
