"""Sinks of a test: what is put on the log, written, and read from the sink again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.sinks.kafka.target import KafkaTarget
from headwater_server.sinks.port import Target
from headwater_server.sinks.redis.place import redis_place
from headwater_server.sinks.redis.target import RedisTarget
from headwater_server.sinks.running import Running
from headwater_server.sinks.source import source_of
from headwater_server.sinks.writing import Written
from headwater_server.storage.kafka.url import kafka_place
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage
from tests.integration.conftest import url_of
from tests.integration.waiting import STORE_TIMEOUT_MS
from tests.kafka.brokers import Brokers

COMMAND = (sys.executable, "-m", "headwater_server", "sink")
SETTINGS = StorageSettings(store_timeout_ms=STORE_TIMEOUT_MS)
KINDS = ("kafka", "redis")


class Into(Protocol):
    """Where the sinks of a test write: ``url`` is what the command takes."""

    url: str

    def target(self) -> Target: ...

    def beside(self, name: str) -> Self:
        """Return a sink of another prefix."""

    async def has(self, stream: str) -> list[tuple[str, dict]]:
        """Return (visitor or account, object) of all that a reader of a stream sees."""

    async def count(self, stream: str) -> int:
        """Return how many these are."""


@dataclass
class IntoKafka:
    brokers: Brokers
    prefix: str

    @property
    def url(self) -> str:
        return self.brokers.url(self.prefix)

    def target(self) -> Target:
        return KafkaTarget(kafka_place(self.url, {}))

    def beside(self, name: str) -> IntoKafka:
        return IntoKafka(self.brokers, f"{self.prefix}-{name}")

    async def has(self, stream: str) -> list[tuple[str, dict]]:
        return await committed(self.brokers, f"{self.prefix}.{stream}")

    async def count(self, stream: str) -> int:
        return len(await self.has(stream))


@dataclass
class IntoRedis:
    """``place`` is the URL of the server."""

    place: str
    prefix: str

    @property
    def url(self) -> str:
        return f"{self.place}?prefix={self.prefix}"

    def target(self) -> Target:
        return RedisTarget(redis_place(self.url), SETTINGS)

    def beside(self, name: str) -> IntoRedis:
        return IntoRedis(self.place, f"{self.prefix}-{name}")

    async def has(self, stream: str) -> list[tuple[str, dict]]:
        entries = await self._call("XRANGE", f"{self.prefix}.{stream}", "-", "+")
        found = [json.loads(fields[b"object"]) for _, fields in entries]
        return [(_person(said), said) for said in found]

    async def count(self, stream: str) -> int:
        return await self._call("XLEN", f"{self.prefix}.{stream}")

    async def _call(self, *command: str):
        store = Store(self.place, SETTINGS)
        try:
            return await store.call(*command)
        finally:
            await store.close()


def _person(said: dict) -> str:
    return str(said.get("visitor_id") or said["user_id"] or said["visitor_ids"][0])


def sink_into(kind: str, request: pytest.FixtureRequest, prefix: str, server_dir: Path) -> Into:
    """Return a sink of a kind; brokers are started only where they are needed."""
    if kind == "kafka":
        return IntoKafka(request.getfixturevalue("brokers"), prefix)
    return IntoRedis(url_of(server_dir), prefix)


def act(number: int, **more) -> Event:
    items = (EventItem(f"i{number % 7}", 2.0, 9.5, "EUR"),)
    return Event(f"e{number}", "purchase", f"v{number % 50}", items=items, **more)


async def append(storage: Storage, *operations) -> None:
    await storage.log.append([storage.log.encode(operations)])


def running(storage: Storage, into: Into, **more) -> Running:
    more = {"accept_gap": False} | more
    return Running(source_of(storage), into.target, storage.settings.catalogue, **more)


async def once(storage: Storage, into: Into, **more) -> Written:
    return await running(storage, into, **more).once()


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


async def has(into: Into, count: int) -> bool:
    try:
        return await into.count("outcomes") >= count
    except Exception:  # noqa: BLE001 - the topic is being created
        return False
