"""The topic of a log: created as it has to be, or checked, with what to change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiokafka import errors
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.structs import TopicPartition

from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.storage.kafka.connecting import BACKOFF_MS, connection_options
from headwater_server.storage.kafka.faults import kafka_errors
from headwater_server.storage.kafka.url import KafkaPlace

_log = structlog.get_logger(__name__)
REPLICAS = 3
ENTRY_BYTES_MAX = 16_777_216
"""The largest record of the topic: more than a call may carry."""
FOREVER = "-1"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a topic is: its partitions, the copies of each, and its configuration."""

    partitions: int
    replicas: int
    config: Mapping[str, str]


def wanted_config(replicas: int) -> dict[str, str]:
    """Return the configuration of a topic that is created with so many copies.

    >>> wanted_config(3)["min.insync.replicas"], wanted_config(1)["min.insync.replicas"]
    ('2', '1')
    """
    return {
        "cleanup.policy": "delete",
        "max.message.bytes": str(ENTRY_BYTES_MAX),
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": str(min(2, replicas)),
        "retention.bytes": FOREVER,
        "retention.ms": FOREVER,
        "unclean.leader.election.enable": "false",
    }


def problems(topic: str, shape: Shape, brokers: int) -> list[str]:
    """Return why a topic cannot be the log, each with what to change; [] if it can.

    >>> problems("shop", Shape(2, 3, wanted_config(3)), 3)
    ['topic shop has 2 partitions: the log needs the one order that 1 partition gives; name \
another topic, which is created, or create it with --partitions 1']
    >>> problems("shop", Shape(1, 3, wanted_config(1)), 3)
    ['topic shop has min.insync.replicas 1: an acknowledged event could be on a single broker; run \
`kafka-configs --alter --topic shop --add-config min.insync.replicas=2`']
    """
    found = []
    if shape.partitions != 1:
        found.append(
            f"topic {topic} has {shape.partitions} partitions: the log needs the one order that 1 "
            "partition gives; name another topic, which is created, or create it with "
            "--partitions 1"
        )
    if shape.replicas < min(2, brokers):
        found.append(
            f"topic {topic} has {shape.replicas} replica on {brokers} brokers: with that broker "
            "the log is lost; run `kafka-reassign-partitions`, or name another topic"
        )
    return found + [
        f"topic {topic} has {name} {value}: {why}; run `kafka-configs --alter --topic {topic} "
        f"--add-config {name}={wanted}`"
        for name, value, why, wanted in _wrong(shape)
    ]


def _wrong(shape: Shape) -> list[tuple[str, str, str, str]]:
    wanted, found = wanted_config(shape.replicas), []
    for name, why in _REASONS.items():
        value, right = shape.config.get(name, ""), wanted[name]
        enough = name in _AT_LEAST and value.isdigit() and int(value) >= int(right)
        if value and value != right and not enough:
            found.append((name, value, why, right))
    return found


_AT_LEAST = ("min.insync.replicas", "max.message.bytes")
_REASONS = {
    "cleanup.policy": "compaction would delete entries in the middle of the log",
    "max.message.bytes": "a large call could not be written",
    "message.timestamp.type": "the time of an entry is the broker's",
    "min.insync.replicas": "an acknowledged event could be on a single broker",
    "retention.bytes": "Kafka would delete entries that no snapshot and no archive contain",
    "retention.ms": "Kafka would delete entries that no snapshot and no archive contain",
    "unclean.leader.election.enable": "a broker that lacks acknowledged entries could lead",
}


class Topic:
    """The topic, as an administrator sees it; each call connects again."""

    def __init__(self, place: KafkaPlace, timeout_ms: int) -> None:
        """Create it; nothing is sent yet."""
        self._place = place
        self._timeout_ms = timeout_ms

    async def ensure(self) -> None:
        """Create it if it is missing; `StoreRefused` with all that has to change otherwise."""
        shape, brokers = await self.look()
        if shape is None:
            await self._create(brokers)
            shape = await self._created()
        if found := problems(self._place.topic, shape, brokers):
            raise StoreRefused("; ".join(found))
        if shape.replicas < REPLICAS:
            _log.warning(
                "the log's topic has fewer than 3 replicas: without a broker writes stop, or its "
                "disk was the only copy",
                topic=self._place.topic, replicas=shape.replicas, brokers=brokers,
            )  # fmt: skip

    async def look(self) -> tuple[Shape | None, int]:
        """Return its shape, None if there is no such topic, and the number of brokers."""
        name = self._place.topic
        with kafka_errors():
            async with self._admin() as admin:
                cluster = await admin.describe_cluster()
                found = (await admin.describe_topics([name]))[0]
                if found["error_code"] == errors.UnknownTopicOrPartitionError.errno:
                    return None, len(cluster["brokers"])
                if found["error_code"]:
                    raise errors.for_code(found["error_code"])
                replicas = min(len(one["replicas"]) for one in found["partitions"])
                config = await _config(admin, name)
                return Shape(len(found["partitions"]), replicas, config), len(cluster["brokers"])

    async def _create(self, brokers: int) -> None:
        replicas = min(REPLICAS, brokers)
        new = NewTopic(self._place.topic, 1, replicas, topic_configs=wanted_config(replicas))
        with kafka_errors():
            async with self._admin() as admin:
                answer = await admin.create_topics([new])
                code = answer.topic_errors[0][1]
                if code and code != errors.TopicAlreadyExistsError.errno:
                    raise errors.for_code(code)
        _log.info("created the log's topic", topic=self._place.topic, replicas=replicas)

    async def _created(self) -> Shape:
        """Return the shape when all brokers are likely to know the topic."""
        end_s = time.monotonic() + self._timeout_ms / 1_000
        while time.monotonic() < end_s:
            shape, _ = await self.look()
            if shape is not None:
                return shape
            await asyncio.sleep(BACKOFF_MS / 1_000)
        raise StoreUnavailable("the brokers do not create the topic in time")

    async def cut(self, number: int) -> None:
        """Delete the records before a number."""
        with kafka_errors():
            async with self._admin() as admin:
                at = TopicPartition(self._place.topic, 0)
                await admin.delete_records({at: RecordsToDelete(number)})

    def _admin(self) -> Admin:
        return Admin(self._place, self._timeout_ms)


class Admin:
    """An administrator's client for a block."""

    def __init__(self, place: KafkaPlace, timeout_ms: int) -> None:
        """Create it; nothing is sent yet."""
        options = connection_options(place)
        self._client = AIOKafkaAdminClient(**options, request_timeout_ms=timeout_ms)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        """Connect."""
        try:
            await self._client.start()
        except BaseException:
            await self._client.close()
            raise
        return self._client

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        with suppress(errors.KafkaError, OSError):
            await self._client.close()


async def _config(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    """Return the configuration, {} if this user may not see it."""
    asked = ConfigResource(ConfigResourceType.TOPIC, topic)
    [answer] = await admin.describe_configs([asked])
    code, _, _, _, entries = answer.resources[0]
    if code == errors.TopicAuthorizationFailedError.errno:
        _log.warning("the configuration of the log's topic is not visible to its user", topic=topic)
        return {}
    if code:
        raise errors.for_code(code)
    return {entry[0]: entry[1] or "" for entry in entries}
