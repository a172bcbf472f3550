"""Sinks of a test: what is put on the log, written, and read from the topics again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.sinks.kafka.target import KafkaTarget
from headwater_server.sinks.running import Running
from headwater_server.sinks.source import source_of
from headwater_server.sinks.writing import Written
from headwater_server.storage.kafka.url import kafka_place
from headwater_server.storage.storage import Storage
from tests.kafka.brokers import Brokers

COMMAND = (sys.executable, "-m", "headwater_server", "sink")


def act(number: int, **more) -> Event:
    items = (EventItem(f"i{number % 7}", 2.0, 9.5, "EUR"),)
    return Event(f"e{number}", "purchase", f"v{number % 50}", items=items, **more)


async def append(storage: Storage, *operations) -> None:
    await storage.log.append([storage.log.encode(operations)])


def running(storage: Storage, brokers: Brokers, prefix: str, **more) -> Running:
    place = kafka_place(brokers.url(prefix), {})
    more = {"accept_gap": False} | more
    source, catalogue = source_of(storage), storage.settings.catalogue
    return Running(source, lambda: KafkaTarget(place), catalogue, **more)


async def once(storage: Storage, brokers: Brokers, prefix: str, **more) -> Written:
    return await running(storage, brokers, prefix, **more).once()


async def committed(brokers: Brokers, topic: str) -> list[tuple[str, dict]]:
    """Return (key, object) of all that a reader of committed records sees."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=brokers.addresses,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        numbers = await consumer._client._wait_on_metadata(topic)
        parts = [TopicPartition(topic, number) for number in numbers]
        consumer.assign(parts)
        ends, found = await consumer.end_offsets(parts), []
        for part in parts:
            while await consumer.position(part) < ends[part]:
                page = (await consumer.getmany(part, timeout_ms=200)).get(part, [])
                found += [(one.key.decode(), json.loads(one.value)) for one in page]
        return found
    finally:
        await consumer.stop()


def places(found: Sequence[tuple[str, dict]]) -> list[tuple[int, int]]:
    return sorted((said["sequence"], said["place"]) for _, said in found)


async def has(brokers: Brokers, prefix: str, count: int) -> bool:
    try:
        return len(await committed(brokers, f"{prefix}.outcomes")) >= count
    except Exception:  # noqa: BLE001 - the topic is being created
        return False
