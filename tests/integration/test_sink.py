"""The sink: what is committed in the topics is what the log holds, each object once."""

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
from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.replica.ports.quarantine import RejectedEvent
from headwater_server.sinks import writing
from headwater_server.sinks.kafka.target import KafkaTarget
from headwater_server.sinks.port import BadSink, Mark, Record
from headwater_server.sinks.running import Running
from headwater_server.sinks.source import source_of_archive
from headwater_server.storage.kafka.url import kafka_place
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.api_server import free_port
from tests.integration.conftest import url_of
from tests.integration.sinking import COMMAND, act, append, committed, has, once, places
from tests.integration.waiting import eventually
from tests.kafka.brokers import Brokers

NAN = float("nan")
SLATE = Slate(
    "rec", "champion", "home", ("i1", "i2"), (0.75, 0.25), time_ms=1_700_000_000_000,
    arms=(Arm("warm", "b"),),
)  # fmt: skip


@pytest.fixture
def prefix(settings: StorageSettings) -> str:
    return settings.catalogue


async def test_each_stream_has_its_objects_with_what_they_belong_to(
    storage: Storage, brokers: Brokers, prefix: str
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
    written = await once(storage, brokers, prefix)
    assert written.records == {"slates": 1, "outcomes": 3, "quarantine": 1, "erasures": 0}
    ((key, slate),) = await committed(brokers, f"{prefix}.slates")
    assert (key, slate["recommendation_id"], slate["seen_item_ids"]) == ("v1", "rec", ["i2"])
    assert slate["item_ids"], slate["propensities"] == (["i1", "i2"], [0.75, 0.25])
    assert slate["arms"] == [{"experiment_id": "warm", "arm_id": "b"}]
    outcomes = {
        said["event_id"]: said for _, said in await committed(brokers, f"{prefix}.outcomes")
    }
    first = outcomes["b"]
    assert (first["reward"], first["amount"], first["currency"]) == (1.0, 20.0, "EUR")
    assert [item["slot"] for item in first["items"]] == [2, None]
    assert first["slate"]["item_ids"] == ["i1", "i2"]
    assert (first["value"], first["recommendation_id"]) == (3.0, "rec")
    assert outcomes["r"]["reward"] == pytest.approx(0.8)
    assert (outcomes["e1"]["reward"], outcomes["e1"]["slate"]) == (7.0, None)
    ((key, rejected),) = await committed(brokers, f"{prefix}.quarantine")
    assert (key, rejected["reason"], rejected["event"]["value"]) == ("v9", "bad", None)
    assert "token" not in rejected


async def test_a_run_goes_on_where_the_last_one_ended(
    storage: Storage, brokers: Brokers, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "BATCH_RECORDS", 3)
    for number in range(10):
        await append(storage, act(number))
    await storage.quarantine.put([RejectedEvent(act(100), "bad")])
    assert (await once(storage, brokers, prefix)).records["outcomes"] == 10
    again = await once(storage, brokers, prefix)
    assert (sum(again.records.values()), again.sequence) == (0, 10)
    await append(storage, act(10), act(11))
    await storage.quarantine.put([RejectedEvent(act(101), "bad")])
    await once(storage, brokers, prefix)
    found = await committed(brokers, f"{prefix}.outcomes")
    assert places(found) == [*((n, 0) for n in range(1, 12)), (11, 1)]
    rejected = [said["event_id"] for _, said in await committed(brokers, f"{prefix}.quarantine")]
    assert sorted(rejected) == ["e100", "e101"]


async def test_what_a_killed_sink_had_under_way_is_not_there_and_comes_once(
    storage: Storage, brokers: Brokers, prefix: str
) -> None:
    await append(storage, act(1))
    place = kafka_place(brokers.url(prefix), {})
    async with KafkaTarget(place) as killed:
        producer = killed._open
        await producer.begin_transaction()
        await producer.send_and_wait(f"{prefix}.outcomes", b'{"half":1}', key=b"v")
        await producer.send_and_wait(f"{prefix}.position", Mark("x").encode(), key=b"position")
    assert (await once(storage, brokers, prefix)).records["outcomes"] == 1
    assert places(await committed(brokers, f"{prefix}.outcomes")) == [(1, 0)]


async def test_a_second_sink_replaces_the_first_and_nothing_is_doubled(
    storage: Storage, brokers: Brokers, prefix: str, server_dir: Path
) -> None:
    await append(storage, act(1))
    place = ("--redis-url", url_of(server_dir), "--catalogue", storage.settings.catalogue)
    first = await asyncio.create_subprocess_exec(*COMMAND, brokers.url(prefix), *place, stderr=PIPE)
    await eventually(lambda: has(brokers, prefix, 1))
    async with KafkaTarget(kafka_place(brokers.url(prefix), {})) as second:
        await append(storage, act(2))
        _, said = await first.communicate()
        assert first.returncode == 1
        assert "another `headwater sink` writes to this prefix" in said.decode()
        assert "Traceback" not in said.decode()
        assert await second.mark() is not None
    await append(storage, act(3))
    await once(storage, brokers, prefix)
    assert places(await committed(brokers, f"{prefix}.outcomes")) == [(1, 0), (2, 0), (3, 0)]


async def test_who_was_erased_is_left_out_and_consumers_hear_of_it(
    storage: Storage, brokers: Brokers, prefix: str
) -> None:
    gone, stays = replace(act(1), visitor_id="gone"), replace(act(2), visitor_id="stays")
    await append(storage, gone, stays)
    await append(storage, UserErase("", ("gone",)))
    await append(storage, replace(act(3), visitor_id="gone"))
    written = await once(storage, brokers, prefix)
    assert written.left_out == 1
    assert places(await committed(brokers, f"{prefix}.outcomes")) == [(1, 1), (3, 0)]
    ((key, erased),) = await committed(brokers, f"{prefix}.erasures")
    assert (key, erased["visitor_ids"], erased["user_id"]) == ("gone", ["gone"], "")


async def test_what_the_log_lost_is_said_and_may_be_accepted(
    storage: Storage, brokers: Brokers, prefix: str
) -> None:
    for number in range(1, 7):
        await append(storage, act(number))
    await once(storage, brokers, prefix)
    for number in range(7, 11):
        await append(storage, act(number))
    await storage.store.call("XTRIM", Keys(storage.settings.catalogue).log, "MAXLEN", 2)
    with pytest.raises(BadSink, match=r"entries 7 to 8 are no longer on the log.*--accept-gap"):
        await once(storage, brokers, prefix)
    await once(storage, brokers, prefix, accept_gap=True)
    numbers = [sequence for sequence, _ in places(await committed(brokers, f"{prefix}.outcomes"))]
    assert numbers == [1, 2, 3, 4, 5, 6, 9, 10]


async def test_a_sink_of_something_else_is_refused(
    storage: Storage, brokers: Brokers, prefix: str, server_dir: Path
) -> None:
    await append(storage, act(1))
    await once(storage, brokers, prefix)
    other = replace(storage.settings, catalogue=f"{storage.settings.catalogue}-other")
    async with open_storage(other, redis_url=url_of(server_dir)) as another:
        with pytest.raises(BadSink, match="holds catalogue"):
            await once(another, brokers, prefix)
    keys = Keys(storage.settings.catalogue)
    await storage.store.call("DEL", keys.log, keys.head)
    for number in range(3):
        await append(storage, act(number))
    with pytest.raises(BadSink, match=r"the sink has entry 1 at .* and the log does not"):
        await once(storage, brokers, prefix)


async def test_a_log_on_kafka_that_was_trimmed_is_read_from_its_archive(
    brokers: Brokers, settings: StorageSettings, prefix: str, tmp_path: Path
) -> None:
    place = {"log": brokers.url(f"{prefix}-log"), "snapshots": f"file://{tmp_path}/objects"}
    kept = replace(settings, archive_dir=tmp_path / "archive", log_entries_kept_min=2)
    async with open_storage(kept, **place) as storage:
        for number in range(1, 9):
            await append(storage, act(number))
        await storage.quarantine.put([RejectedEvent(act(100), "bad")])
        await storage.log.trim(await storage.log.head())
        assert await storage.log.length() == 2
        written = await once(storage, brokers, prefix)
        assert written.records["outcomes"] == 8
        await append(storage, act(9))
    async with open_storage(replace(kept, archive_dir=None), **place) as storage:
        with pytest.raises(BadSink, match="entries 1 to 6 are no longer"):
            await once(storage, brokers, f"{prefix}-bare")
        await once(storage, brokers, f"{prefix}-bare", accept_gap=True)
        found = places(await committed(brokers, f"{prefix}-bare.outcomes"))
        assert [sequence for sequence, _ in found] == [7, 8, 9]
        assert (await once(storage, brokers, prefix)).records["outcomes"] == 1


async def test_an_archive_alone_is_a_source(
    brokers: Brokers, settings: StorageSettings, prefix: str, tmp_path: Path
) -> None:
    place = {"log": brokers.url(f"{prefix}-log"), "snapshots": f"file://{tmp_path}/objects"}
    kept = replace(settings, archive_dir=tmp_path / "archive", log_entries_kept_min=2)
    async with open_storage(kept, **place) as storage:
        for number in range(1, 9):
            await append(storage, act(number))
        await storage.log.trim(await storage.log.head())
        archive = storage.archive
    assert archive is not None
    source, target = source_of_archive(archive), kafka_place(brokers.url(prefix), {})
    alone = Running(source, lambda: KafkaTarget(target), settings.catalogue, accept_gap=False)
    first, last = archive.span()
    assert (await alone.once()).records["outcomes"] == last - first + 1 > 0
    assert sum((await alone.once()).records.values()) == 0


async def test_brokers_that_are_away_are_named_without_a_password() -> None:
    place = kafka_place(f"kafka://shop:s3cret@127.0.0.1:{free_port()}/shop", {})
    with pytest.raises(StoreUnavailable, match="brokers of the sink do not answer") as raised:
        async with KafkaTarget(place):
            pass
    assert "s3cret" not in str(raised.value)


async def test_a_batch_is_there_whole_or_not_at_all(brokers: Brokers, prefix: str) -> None:
    place = kafka_place(brokers.url(prefix), {})
    async with KafkaTarget(place) as target:
        assert await target.mark() is None
        await target.put([Record("slates", "v", b"{}")], b"1")
        assert await target.mark() == b"1"
        too_much = [Record("slates", "v", b"{}"), Record("outcomes", "v", b"x" * 20_000_000)]
        with pytest.raises(StoreRefused, match=r"larger than max\.message\.bytes"):
            await target.put(too_much, b"2")
    async with KafkaTarget(place) as target:
        assert await target.mark() == b"1"
    assert len(await committed(brokers, f"{prefix}.slates")) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("kafka://host/shop", "--data-dir", "."), "each broker needs its port"),
        (("kafka://host:9092/a b", "--data-dir", "."), "URL: write kafka://host:9092"),
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
