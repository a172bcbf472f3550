"""The sink: what readers of its topics or streams see is what the log holds, each object once."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE
from dataclasses import replace
from pathlib import Path

import pytest

from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.entries import SettingsChange, UserErase
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.ports.quarantine import RejectedEvent
from headwater_server.sinks import writing
from headwater_server.sinks.port import BadSink
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import url_of
from tests.integration.sinking import (
    COMMAND,
    KINDS,
    Into,
    act,
    append,
    has,
    once,
    places,
    sink_into,
)
from tests.integration.waiting import eventually

NAN = float("nan")
SLATE = Slate(
    "rec", "champion", "home", ("i1", "i2"), (0.75, 0.25), time_ms=1_700_000_000_000,
    arms=(Arm("warm", "b"),),
)  # fmt: skip


@pytest.fixture(params=KINDS)
def into(request: pytest.FixtureRequest, settings: StorageSettings, server_dir: Path) -> Into:
    return sink_into(request.param, request, settings.catalogue, server_dir)


async def test_each_stream_has_its_objects_with_what_they_belong_to(
    storage: Storage, into: Into
) -> None:
    shown = Event(
        "s", "impression", "v1", items=(EventItem("i2"),), slate=SLATE, context=(("a", 1.0),)
    )
    bought = Event(
        "b", "purchase", "v1", slate=SLATE, value=3.0,
        items=(EventItem("i2", 2.0, 9.5, "EUR"), EventItem("x", 1.0, 1.0, "EUR")),
    )  # fmt: skip
    await append(storage, shown, bought)
    await append(storage, Event("r", "rating", "v2", items=(EventItem("i1"),), value=4.0))
    await append(storage, SettingsChange(EngineSettings(rewards={"purchase-complete": 7.0})))
    await append(storage, act(1), Event("none", "impression", "v1"), Event("l", "logout", "v1"))
    await storage.quarantine.put([RejectedEvent(Event("q", "click", "v9", value=NAN), "bad", "t")])
    written = await once(storage, into)
    assert written.records == {"slates": 1, "outcomes": 3, "quarantine": 1, "erasures": 0}
    ((key, slate),) = await into.has("slates")
    assert (key, slate["recommendation_id"], slate["seen_item_ids"]) == ("v1", "rec", ["i2"])
    assert slate["item_ids"], slate["propensities"] == (["i1", "i2"], [0.75, 0.25])
    assert slate["arms"] == [{"experiment_id": "warm", "arm_id": "b"}]
    outcomes = {said["event_id"]: said for _, said in await into.has("outcomes")}
    first = outcomes["b"]
    assert (first["reward"], first["amount"], first["currency"]) == (1.0, 20.0, "EUR")
    assert [item["slot"] for item in first["items"]] == [2, None]
    assert first["slate"]["item_ids"] == ["i1", "i2"]
    assert (first["value"], first["recommendation_id"]) == (3.0, "rec")
    assert outcomes["r"]["reward"] == pytest.approx(0.8)
    assert (outcomes["e1"]["reward"], outcomes["e1"]["slate"]) == (7.0, None)
    ((key, rejected),) = await into.has("quarantine")
    assert (key, rejected["reason"], rejected["event"]["value"]) == ("v9", "bad", None)
    assert "token" not in rejected


async def test_a_run_goes_on_where_the_last_one_ended(
    storage: Storage, into: Into, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "BATCH_RECORDS", 3)
    for number in range(10):
        await append(storage, act(number))
    await storage.quarantine.put([RejectedEvent(act(100), "bad")])
    assert (await once(storage, into)).records["outcomes"] == 10
    again = await once(storage, into)
    assert (sum(again.records.values()), again.sequence) == (0, 10)
    await append(storage, act(10), act(11))
    await storage.quarantine.put([RejectedEvent(act(101), "bad")])
    await once(storage, into)
    found = await into.has("outcomes")
    assert places(found) == [*((n, 0) for n in range(1, 12)), (11, 1)]
    rejected = [said["event_id"] for _, said in await into.has("quarantine")]
    assert sorted(rejected) == ["e100", "e101"]


async def test_a_second_sink_replaces_the_first_and_nothing_is_doubled(
    storage: Storage, into: Into, server_dir: Path
) -> None:
    await append(storage, act(1))
    place = ("--redis-url", url_of(server_dir), "--catalogue", storage.settings.catalogue)
    first = await asyncio.create_subprocess_exec(*COMMAND, into.url, *place, stderr=PIPE)
    await eventually(lambda: has(into, 1))
    async with into.target() as second:
        await append(storage, act(2))
        _, said = await first.communicate()
        assert first.returncode == 1
        assert "another `headwater sink` writes to this prefix" in said.decode()
        assert "Traceback" not in said.decode()
        assert await second.mark() is not None
    await append(storage, act(3))
    await once(storage, into)
    assert places(await into.has("outcomes")) == [(1, 0), (2, 0), (3, 0)]


async def test_who_was_erased_is_left_out_and_consumers_hear_of_it(
    storage: Storage, into: Into
) -> None:
    gone, stays = replace(act(1), visitor_id="gone"), replace(act(2), visitor_id="stays")
    await append(storage, gone, stays)
    await append(storage, UserErase("", ("gone",)))
    await append(storage, replace(act(3), visitor_id="gone"))
    written = await once(storage, into)
    assert written.left_out == 1
    assert places(await into.has("outcomes")) == [(1, 1), (3, 0)]
    ((key, erased),) = await into.has("erasures")
    assert (key, erased["visitor_ids"], erased["user_id"]) == ("gone", ["gone"], "")


async def test_what_the_log_lost_is_said_and_may_be_accepted(storage: Storage, into: Into) -> None:
    for number in range(1, 7):
        await append(storage, act(number))
    await once(storage, into)
    for number in range(7, 11):
        await append(storage, act(number))
    await storage.store.call("XTRIM", Keys(storage.settings.catalogue).log, "MAXLEN", 2)
    with pytest.raises(BadSink, match=r"entries 7 to 8 are no longer on the log.*--accept-gap"):
        await once(storage, into)
    await once(storage, into, accept_gap=True)
    numbers = [sequence for sequence, _ in places(await into.has("outcomes"))]
    assert numbers == [1, 2, 3, 4, 5, 6, 9, 10]


async def test_a_sink_of_something_else_is_refused(
    storage: Storage, into: Into, server_dir: Path
) -> None:
    await append(storage, act(1))
    await once(storage, into)
    other = replace(storage.settings, catalogue=f"{storage.settings.catalogue}-other")
    async with open_storage(other, redis_url=url_of(server_dir)) as another:
        with pytest.raises(BadSink, match="holds catalogue"):
            await once(another, into)
    keys = Keys(storage.settings.catalogue)
    await storage.store.call("DEL", keys.log, keys.head)
    for number in range(3):
        await append(storage, act(number))
    with pytest.raises(BadSink, match=r"the sink has entry 1 at .* and the log does not"):
        await once(storage, into)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("kafka://host/shop", "--data-dir", "."), "each broker needs its port"),
        (("kafka://host:9092/a b", "--data-dir", "."), "URL: write kafka://host:9092"),
        (("redis://host:6379/0", "--data-dir", "."), "URL: prefix is missing: write redis://"),
        (("valkey://host/0?prefix=s", "--data-dir", "."), "or redis://host:6379/0?prefix=shop"),
        (("@no-file", "--data-dir", "."), "@no-file: No such file"),
        (("redis://h:1/0?prefix=s",), "give one of --data-dir, --redis-url"),
        (("kafka://127.0.0.1:1/shop",), "give one of --data-dir, --redis-url"),
        (("kafka://127.0.0.1:1/shop", "--data-dir", "nowhere"), "there is no directory"),
    ],
)
async def test_the_command_refuses_in_words(tmp_path: Path, arguments, says: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, cwd=tmp_path, stdout=PIPE, stderr=PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert says in said.decode()
    assert "Traceback" not in said.decode()
