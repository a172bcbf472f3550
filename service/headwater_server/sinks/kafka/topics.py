"""The topics of a sink: created if they are missing; that of the position is checked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from aiokafka import errors
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from headwater_server.errors import StoreRefused
from headwater_server.sinks.port import STREAMS
from headwater_server.storage.kafka.connecting import BACKOFF_MS
from headwater_server.storage.kafka.topic import Admin
from headwater_server.storage.kafka.url import KafkaPlace

POSITION = "position"
PARTITIONS, REPLICAS = 3, 3
OBJECT_BYTES_MAX = 16_777_216
_OF_POSITION = {"cleanup.policy": "compact", "segment.bytes": "1048576", "segment.ms": "3600000"}
_log = structlog.get_logger(__name__)


def topic_of(prefix: str, name: str) -> str:
    """Return the topic of a stream, or of `POSITION`.

    >>> topic_of("shop", "outcomes")
    'shop.outcomes'
    """
    return f"{prefix}.{name}"


async def ensure_topics(place: KafkaPlace, timeout_ms: int) -> None:
    """Create what is missing; `StoreRefused` if the position could be deleted or be split.

    ``place.topic`` is the prefix.
    """
    names = [topic_of(place.topic, name) for name in (*STREAMS, POSITION)]
    async with Admin(place, timeout_ms) as admin:
        found = await _found(admin, names)
        if missing := [name for name in names if name not in found]:
            await _create(admin, missing)
            while len(found) < len(names):
                await asyncio.sleep(BACKOFF_MS / 1_000)
                found = await _found(admin, names)
        if found[names[-1]] != 1:
            raise StoreRefused(
                f"topic {names[-1]} has {found[names[-1]]} partitions, and a sink has one "
                "position: delete it, or name another prefix"
            )


async def _found(admin: AIOKafkaAdminClient, names: list[str]) -> Mapping[str, int]:
    """Return the number of partitions of the topics that are there and have leaders."""
    described, found = await admin.describe_topics(names), {}
    for one in described:
        if one["error_code"] == errors.TopicAuthorizationFailedError.errno:
            raise errors.TopicAuthorizationFailedError
        led = all(part["leader"] >= 0 for part in one["partitions"])
        if not one["error_code"] and led and one["partitions"]:
            found[str(one["topic"])] = len(one["partitions"])
    return found


async def _create(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    brokers = len((await admin.describe_cluster())["brokers"])
    replicas = min(REPLICAS, brokers)
    shared = {
        "max.message.bytes": str(OBJECT_BYTES_MAX),
        "min.insync.replicas": str(min(2, replicas)),
    }
    new = []
    for name in names:
        is_position = name.endswith(f".{POSITION}")
        config = shared | (_OF_POSITION if is_position else {})
        new.append(NewTopic(name, 1 if is_position else PARTITIONS, replicas, topic_configs=config))
    answer = await admin.create_topics(new)
    for topic, code, *_ in answer.topic_errors:
        if code and code != errors.TopicAlreadyExistsError.errno:
            raise errors.for_code(code)
        _log.info("created a topic of the sink", topic=topic, replicas=replicas)
