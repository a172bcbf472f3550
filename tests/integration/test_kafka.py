"""The log on Kafka: what only brokers do. One broker for all; what needs three is a crash test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.producer import AIOKafkaProducer

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.events import Event
from headwater_server.errors import DeadlineExceeded, StoreRefused, StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position, time_ms_of
from headwater_server.storage.codecs.entry_codec import with_time
from headwater_server.storage.doctor.examination import Examination
from headwater_server.storage.doctor.findings import Build
from headwater_server.storage.kafka.log import KafkaLog
from headwater_server.storage.kafka.producer import Producer
from headwater_server.storage.kafka.topic import wanted_config
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.golden.golden import folded, read_log
from tests.integration.replicas import clicks, folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S, eventually
from tests.kafka.brokers import Brokers


@pytest.fixture
def topic(request: pytest.FixtureRequest) -> str:
    return f"topic-{abs(hash(request.node.nodeid))}"


@pytest.fixture
async def storage(
    brokers: Brokers, settings: StorageSettings, topic: str, tmp_path: Path
) -> AsyncIterator[Storage]:
    async with open_storage(
        settings, log=brokers.url(topic), snapshots=f"file://{tmp_path}/objects"
    ) as opened:
        yield opened


async def append(storage: Storage, number: int) -> Position:
    event = Event(f"e{number}", "click", f"v{number}")
    return await storage.log.append([storage.log.encode([event])])


async def said(storage: Storage) -> list[str]:
    return [
        operation.event_id
        async for entry in storage.log.iterate(START)
        for operation in entry.entry.operations
        if isinstance(operation, Event)
    ]


async def create(brokers: Brokers, topic: str, partitions: int, **changed: str) -> None:
    config = wanted_config(1) | {name.replace("_", "."): value for name, value in changed.items()}
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers.addresses)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=config)])
    finally:
        await admin.close()


@pytest.mark.parametrize(
    ("partitions", "changed", "fix"),
    [
        (2, {}, "has 2 partitions.*--partitions 1"),
        (1, {"cleanup_policy": "compact"}, "cleanup.policy=delete"),
        (1, {"retention_ms": "604800000"}, "retention.ms=-1"),
        (1, {"message_timestamp_type": "CreateTime"}, "timestamp.type=LogAppendTime"),
        (1, {"unclean_leader_election_enable": "true"}, "unclean.leader.election.enable=false"),
        (1, {"max_message_bytes": "1000"}, "max.message.bytes=16777216"),
    ],
)
async def test_a_topic_that_cannot_be_the_log_is_refused_with_what_to_change(
    brokers: Brokers, settings: StorageSettings, topic: str, tmp_path: Path,
    partitions: int, changed: dict[str, str], fix: str,
) -> None:  # fmt: skip
    await create(brokers, topic, partitions, **changed)
    with pytest.raises(StoreRefused, match=fix):
        async with open_storage(settings, log=brokers.url(topic), snapshots=f"file://{tmp_path}/o"):
            pass
    async with open_storage(
        settings, log=brokers.url(topic), snapshots=f"file://{tmp_path}/o", check=False
    ) as storage:
        findings = await Examination(storage, Build(1, "")).findings()
    assert [one.part for one in findings if not one.fine] == ["topic"]


async def test_a_topic_has_one_catalogue_and_no_other_writers(
    brokers: Brokers, storage: Storage, settings: StorageSettings, topic: str, tmp_path: Path
) -> None:
    first = await append(storage, 1)
    other = replace(settings, catalogue="another")
    async with open_storage(
        other, log=brokers.url(topic), snapshots=f"file://{tmp_path}/o"
    ) as wrong:
        with pytest.raises(LogBroken, match="a topic belongs to one catalogue"):
            await wrong.log.read(START, 1, 0)
    stranger = AIOKafkaProducer(bootstrap_servers=brokers.addresses)
    await stranger.start()
    await stranger.send_and_wait(topic, b"{}")
    await stranger.stop()
    with pytest.raises(LogBroken, match="a record that Headwater did not write at 2@"):
        await storage.log.read(first, 1, 0)


async def test_a_producer_that_another_one_replaced_says_so_and_goes_on_with_a_new_id(
    storage: Storage,
) -> None:
    """Nothing is acknowledged that is not on the log, and nothing is on it twice."""
    assert isinstance(storage.log, KafkaLog)
    producer: Producer = storage.log._producer
    await append(storage, 1)
    assert producer.identity is not None
    producer_id, epoch = producer.identity
    other = Producer(storage.log._writer, 10_000)
    other.identity = (producer_id, epoch + 1)  # as a coordinator does that fences the first
    await other.append(b"\x08\x02", [("hw", storage.settings.catalogue.encode())])
    with pytest.raises(StoreUnavailable, match=r"fenced.*a new producer takes over"):
        await append(storage, 2)
    third = await append(storage, 3)
    assert producer.identity != (producer_id, epoch)
    assert third.sequence == 3
    assert await said(storage) == ["e1", "e3"]


async def test_an_answer_that_was_lost_is_no_second_entry(storage: Storage) -> None:
    """The same batch is sent again under the same number: the broker knows it."""
    assert isinstance(storage.log, KafkaLog)
    partition, lost = storage.log._writer, 0
    ask = partition.ask

    async def losing(request: object) -> object:
        nonlocal lost
        answer = await ask(request)
        if type(request).__name__ == "ProduceRequest" and lost < 2:
            lost += 1
            raise ConnectionResetError
        return answer

    partition.ask = losing  # type: ignore[method-assign]
    position = await append(storage, 1)
    assert (lost, position.sequence) == (2, 1)
    assert (await append(storage, 2)).sequence == 2
    assert await said(storage) == ["e1", "e2"]


async def test_a_broker_that_dies_and_returns_loses_nothing_and_nobody_restarts_a_replica(
    brokers: Brokers, settings: StorageSettings, topic: str, tmp_path: Path
) -> None:
    quick = replace(settings, store_timeout_ms=500)
    acknowledged: set[str] = set()
    async with (
        open_storage(
            quick, log=brokers.url(topic), snapshots=f"file://{tmp_path}/objects"
        ) as storage,
        running_replica(storage) as one,
        running_replica(storage) as two,
    ):

        async def shop(replica, first: int) -> None:
            for number in range(first, first + 60, 3):
                batch = clicks(number, number + 1, number + 2)
                async with asyncio.timeout(PATIENCE_S):
                    while True:
                        try:
                            await replica.feedback(batch, 2.0)
                        except (StoreUnavailable, DeadlineExceeded):  # it may be on the log
                            await asyncio.sleep(0.05)
                        else:
                            break
                acknowledged.update(event.event_id for event, _ in batch)

        shopping = [asyncio.create_task(shop(one, 0)), asyncio.create_task(shop(two, 1_000))]
        await eventually(lambda: len(acknowledged) > 30)
        await asyncio.to_thread(brokers.nodes[0].kill)
        with pytest.raises(StoreUnavailable, match="the broker that leads the log does not answer"):
            await storage.log.head()
        await asyncio.to_thread(brokers.restart, brokers.nodes[0])
        await asyncio.gather(*shopping)
        await eventually(lambda: one.engine.digest() == two.engine.digest())
        assert one.engine.lookups.counts()["events_learned"] == len(acknowledged) == 120
        assert await folded_digest(storage) == one.engine.digest()
        assert set(await said(storage)) == acknowledged


async def test_the_golden_log_gives_the_digest_that_it_gives_from_its_file(
    storage: Storage,
) -> None:
    entries = read_log()
    for raw in entries:
        payload = with_time(raw.payload, time_ms_of(raw.position.offset))
        await storage.log.append([payload])
    expected = folded(entries).digest()
    assert await folded_digest(storage, Engine) == expected
    await storage.log.trim(await storage.log.head())
    assert await folded_digest(storage, Engine) == expected


async def test_the_entries_of_another_log_give_its_state(storage: Storage) -> None:
    """What `headwater lake restore` does: the same numbers and times under other offsets."""
    entries, restoring, before = read_log()[:200], storage.restoring, START
    for entry in entries:
        await restoring.append(before, entry)
        before = entry.position
    assert await folded_digest(storage, Engine) == folded(entries).digest()
    with pytest.raises(LogBroken, match="grows meanwhile"):
        await restoring.append(START, entries[0])
