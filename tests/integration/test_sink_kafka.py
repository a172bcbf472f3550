"""The sink in Kafka: what only its transactions, its brokers and a log on Kafka have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.replica.ports.quarantine import RejectedEvent
from headwater_server.sinks.kafka.target import KafkaTarget
from headwater_server.sinks.port import BadSink, Mark, Record
from headwater_server.sinks.running import Running
from headwater_server.sinks.source import source_of_archive
from headwater_server.storage.kafka.url import kafka_place
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.api_server import free_port
from tests.integration.sinking import IntoKafka, act, append, once, places
from tests.kafka.brokers import Brokers


@pytest.fixture
def into(brokers: Brokers, settings: StorageSettings) -> IntoKafka:
    return IntoKafka(brokers, settings.catalogue)


async def test_what_a_killed_sink_had_under_way_is_not_there_and_comes_once(
    storage: Storage, into: IntoKafka
) -> None:
    await append(storage, act(1))
    async with KafkaTarget(kafka_place(into.url, {})) as killed:
        producer = killed._open
        await producer.begin_transaction()
        await producer.send_and_wait(f"{into.prefix}.outcomes", b'{"half":1}', key=b"v")
        await producer.send_and_wait(f"{into.prefix}.position", Mark("x").encode(), key=b"position")
    assert (await once(storage, into)).records["outcomes"] == 1
    assert places(await into.has("outcomes")) == [(1, 0)]


async def test_a_log_on_kafka_that_was_trimmed_is_read_from_its_archive(
    into: IntoKafka, settings: StorageSettings, tmp_path: Path
) -> None:
    place = {"log": into.beside("log").url, "snapshots": f"file://{tmp_path}/objects"}
    kept = replace(settings, archive_dir=tmp_path / "archive", log_entries_kept_min=2)
    async with open_storage(kept, **place) as storage:
        for number in range(1, 9):
            await append(storage, act(number))
        await storage.quarantine.put([RejectedEvent(act(100), "bad")])
        await storage.log.trim(await storage.log.head())
        assert await storage.log.length() == 2
        written = await once(storage, into)
        assert written.records["outcomes"] == 8
        await append(storage, act(9))
    async with open_storage(replace(kept, archive_dir=None), **place) as storage:
        with pytest.raises(BadSink, match="entries 1 to 6 are no longer"):
            await once(storage, into.beside("bare"))
        await once(storage, into.beside("bare"), accept_gap=True)
        found = places(await into.beside("bare").has("outcomes"))
        assert [sequence for sequence, _ in found] == [7, 8, 9]
        assert (await once(storage, into)).records["outcomes"] == 1


async def test_an_archive_alone_is_a_source(
    into: IntoKafka, settings: StorageSettings, tmp_path: Path
) -> None:
    place = {"log": into.beside("log").url, "snapshots": f"file://{tmp_path}/objects"}
    kept = replace(settings, archive_dir=tmp_path / "archive", log_entries_kept_min=2)
    async with open_storage(kept, **place) as storage:
        for number in range(1, 9):
            await append(storage, act(number))
        await storage.log.trim(await storage.log.head())
        archive = storage.archive
    assert archive is not None
    source = source_of_archive(archive)
    alone = Running(source, into.target, settings.catalogue, accept_gap=False)
    first, last = archive.span()
    assert (await alone.once()).records["outcomes"] == last - first + 1 > 0
    assert sum((await alone.once()).records.values()) == 0


async def test_brokers_that_are_away_are_named_without_a_password() -> None:
    place = kafka_place(f"kafka://shop:s3cret@127.0.0.1:{free_port()}/shop", {})
    with pytest.raises(StoreUnavailable, match="brokers of the sink do not answer") as raised:
        async with KafkaTarget(place):
            pass
    assert "s3cret" not in str(raised.value)


async def test_a_batch_is_there_whole_or_not_at_all(into: IntoKafka) -> None:
    async with into.target() as target:
        assert await target.mark() is None
        await target.put([Record("slates", "v", b"{}")], b"1")
        assert await target.mark() == b"1"
        too_much = [Record("slates", "v", b"{}"), Record("outcomes", "v", b"x" * 20_000_000)]
        with pytest.raises(StoreRefused, match=r"larger than max\.message\.bytes"):
            await target.put(too_much, b"2")
    async with into.target() as target:
        assert await target.mark() == b"1"
    assert len(await into.has("slates")) == 1
