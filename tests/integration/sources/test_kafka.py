"""Topics of a real broker of Kafka as sources: events, items and change events."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.structs import TopicPartition

from headwater.v1 import event_pb2
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.replicas import folded_digest
from tests.integration.sources.reading_replica import learned, reading, state_of
from tests.integration.waiting import eventually
from tests.kafka.brokers import Brokers


class Topic:
    """A topic of the test's own, and a producer."""

    def __init__(self, brokers: Brokers, name: str, producer: AIOKafkaProducer) -> None:
        self.brokers, self.name, self.producer = brokers, name, producer

    def asked(self, kind: str = "events", **keys: str) -> dict[str, dict[str, str]]:
        return {"shop": {"url": self.brokers.url(self.name), "kind": kind, **keys}}

    async def send(self, *values: object, key: object = None, partition: int = 0) -> None:
        for value in values:
            await self.producer.send_and_wait(
                self.name, _bytes(value), key=_bytes(key), partition=partition
            )

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        client = AIOKafkaAdminClient(bootstrap_servers=self.brokers.addresses)
        await client.start()
        try:
            yield client
        finally:
            await client.close()


def _bytes(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    return (value if isinstance(value, str) else json.dumps(value)).encode()


@pytest.fixture
async def topic(brokers: Brokers, request: pytest.FixtureRequest) -> AsyncIterator[Topic]:
    name = f"shop-{abs(hash(request.node.nodeid))}"
    producer = AIOKafkaProducer(bootstrap_servers=brokers.addresses)
    found = Topic(brokers, name, producer)
    async with found.admin() as admin:
        await admin.create_topics([NewTopic(name, 2, 1)])
    await producer.start()
    yield found
    await producer.stop()


def event(number: int, **fields: object) -> dict[str, object]:
    plain = {"eventType": "click", "visitorId": f"v{number % 7}", "items": [{"itemId": "tent"}]}
    return {**plain, **fields}


async def test_events_of_all_partitions_count_once_also_after_a_restart(
    storage: Storage, topic: Topic
) -> None:
    await topic.send(*(event(n) for n in range(10)))
    await topic.send(*(event(n) for n in range(10, 15)), "{", partition=1)
    async with reading(storage, topic.asked()) as replica:
        await eventually(lambda: learned(replica) == 15)
        await eventually(lambda: state_of(replica, "shop", "1").position == "6")
        (kept,) = await storage.quarantine.newest(5)
        assert kept.reason == "it is no JSON (source shop, partition 1, 5)"
    async with topic.admin() as admin:
        await admin.create_partitions({topic.name: NewPartitions(3)})
    await topic.send(event(20))
    async with reading(storage, topic.asked()) as replica:
        await eventually(lambda: learned(replica) == 16)
        await topic.producer.client.force_metadata_update()
        await topic.send(event(21), partition=2)
        await eventually(lambda: learned(replica) == 17)
        assert state_of(replica, "shop", "0").position == "11"
        assert replica.engine.lookups.counts()["events_repeated"] == 0
        digest = (await replica.model(compute_digest=True)).digest
        assert digest == await folded_digest(storage, Engine)


async def test_what_retention_deleted_before_it_was_read_is_counted(
    storage: Storage, topic: Topic, capsys: pytest.CaptureFixture[str]
) -> None:
    await topic.send(*(event(n) for n in range(3)))
    async with reading(storage, topic.asked()) as replica:
        await eventually(lambda: learned(replica) == 3)
    await topic.send(*(event(n) for n in range(3, 9)))
    async with topic.admin() as admin:
        await admin.delete_records({TopicPartition(topic.name, 0): RecordsToDelete(7)})
    async with reading(storage, topic.asked()) as replica:
        await eventually(lambda: learned(replica) == 5)
        assert state_of(replica, "shop").missed == 4
        assert "deleted at the source" in capsys.readouterr().err


async def test_protobuf_and_mapped_messages(storage: Storage, topic: Topic) -> None:
    plain = event_pb2.Event(event_type="click", visitor_id="v1")
    plain.items.add(item_id="tent")
    await topic.send(plain.SerializeToString(), b"\xff\xff\xff")
    async with reading(storage, topic.asked(format="protobuf")) as replica:
        await eventually(lambda: learned(replica) == 1)
        await eventually(lambda: replica.writes.quarantined == 1)
    mapped = {"who": "ann", "what": {"id": 7}, "did": "seen", "at": "2026-11-30 10:00:00"}
    keys = {
        "columns": "visitor_id=who,item_id=what.id,event_type=did,event_time=at",
        "types": "seen=view",
    }
    await topic.send(mapped, {**mapped, "at": "yesterday"}, {"who": "bob"}, [mapped, mapped])
    async with reading(storage, {"mapped": topic.asked(**keys)["shop"] | {"start": "oldest"}}) as r:
        await eventually(lambda: learned(r) == 4)
        reasons = [one.reason for one in await storage.quarantine.newest(20)]
        assert any(reason.startswith("event_time: its text is no time") for reason in reasons)


async def test_only_committed_records_are_read_and_a_deleted_topic_is_said(
    storage: Storage, topic: Topic, brokers: Brokers
) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=brokers.addresses, transactional_id=topic.name)
    await producer.start()
    async with producer.transaction():
        await producer.send_and_wait(topic.name, _bytes(event(1)), partition=0)
    await producer.begin_transaction()
    await producer.send_and_wait(topic.name, _bytes(event(2)), partition=0)
    await producer.abort_transaction()
    await producer.stop()
    await topic.send(event(3))
    async with reading(storage, topic.asked()) as replica:
        await eventually(lambda: learned(replica) == 2)
        async with topic.admin() as admin:
            await admin.delete_topics([topic.name])
        await eventually(lambda: "topic" in replica.own.health.notice)


def envelope(op: str, before: object, after: object, ts_ms: int) -> dict[str, object]:
    """A change event as Debezium writes it, without its schema."""
    source = {"version": "3.2.0.Final", "connector": "postgresql", "ts_ms": ts_ms, "table": "goods"}
    return {"before": before, "after": after, "source": source, "op": op, "ts_ms": ts_ms + 200}


async def test_change_events_keep_the_catalogue(storage: Storage, topic: Topic) -> None:
    def row(number: int, **values: object) -> dict[str, object]:
        return {"id": number, "name": f"Boots {number}", "price": "9.50", "stock": 3, **values}

    keys = {"columns": "item_id=id,title=name,price=price,available=stock"}
    await topic.send(envelope("r", None, row(1), 1_000), key={"id": 1})
    await topic.send(envelope("c", None, row(2), 1_100), key={"id": 2})
    await topic.send(envelope("u", None, row(1, price="8.00", stock=0), 2_000), key={"id": 1})
    await topic.send(envelope("u", None, row(1, price="99.00"), 1_500), key={"id": 1})  # late
    await topic.send({"payload": envelope("c", None, row(3), 1_200), "schema": {}}, key={"id": 3})
    await topic.send(envelope("d", {"id": 2}, None, 3_000), key={"id": 2})
    await topic.send(None, key={"id": 2})
    await topic.send(envelope("d", None, None, 3_000), key={"payload": {"id": 3}, "schema": {}})
    await topic.send({"op": "x"}, {"id": 5}, envelope("t", None, None, 1))
    async with reading(storage, topic.asked("debezium", **keys)) as replica:
        await eventually(lambda: state_of(replica, "shop").messages == 11)
        async with replica.shell.tail.paused():  # the whole entry
            pass
        boots = replica.get_item("1")
        assert boots is not None
        assert (boots.title, boots.price, boots.available) == ("Boots 1", 8.0, False)
        assert replica.get_item("2") is None
        assert replica.get_item("3") is None
        reasons = [one.reason for one in await storage.quarantine.newest(20)]
        assert len(reasons) == 3
        assert any("truncated" in reason for reason in reasons)
