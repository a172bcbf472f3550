"""Opens the log on Kafka: checks the topic, connects three clients, joins the parts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.observability.repeats import Repeats
from headwater_server.replica.ports.registry import Replicas
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.archiver import Archiver, Charge
from headwater_server.storage.kafka.faults import kafka_errors
from headwater_server.storage.kafka.log import KafkaLog
from headwater_server.storage.kafka.partition import Partition
from headwater_server.storage.kafka.producer import Producer
from headwater_server.storage.kafka.stream import KafkaStream
from headwater_server.storage.kafka.topic import Topic
from headwater_server.storage.kafka.url import KafkaPlace, kafka_place
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.trimming import Trimmer
from headwater_server.storage.log.witness import Witness
from headwater_server.storage.settings import StorageSettings

_log = structlog.get_logger(__name__)
PAUSE_S = 0.25
ADMIN_TIMEOUT_MS = 10_000  # a topic is created on several brokers


@dataclass(frozen=True, slots=True)
class OpenTopic:
    """The clients of one topic, before the parts of the log are joined."""

    topic: Topic
    writer: Partition
    asker: Partition
    waiter: Partition
    stream: KafkaStream
    in_sync_min: int


@asynccontextmanager
async def open_topic(
    url: str, settings: StorageSettings, *, blocking_ms: int, check: bool
) -> AsyncIterator[OpenTopic]:
    """Connect to the brokers of ``url``; ``check`` and create the topic.

    `StoreUnavailable` if no broker answers, `StoreRefused` if the topic cannot be the log.
    """
    place, timeout_ms = kafka_place(url), settings.store_timeout_ms
    topic = Topic(place, max(timeout_ms, ADMIN_TIMEOUT_MS))
    if check:
        await _named(place, topic.ensure)
    async with AsyncExitStack() as stack:
        writer, asker = Partition(place, timeout_ms), Partition(place, timeout_ms)
        waiter = Partition(place, timeout_ms + blocking_ms)
        for client in (writer, asker, waiter):
            stack.push_async_callback(client.close)
            with kafka_errors():
                await client.open()
        shape, _ = await topic.look()
        in_sync_min = int(shape.config.get("min.insync.replicas", "1")) if shape else 1
        stream = KafkaStream(asker, settings.catalogue)
        yield OpenTopic(topic, writer, asker, waiter, stream, in_sync_min)


async def reach_topic(url: str, settings: StorageSettings, *, patience_s: float) -> None:
    """Return when the topic is there and can be the log; wait for brokers that do not answer.

    `StoreRefused` at once if waiting does not help, else `StoreUnavailable` after ``patience_s``.
    """
    end_s, repeats, place = time.monotonic() + patience_s, Repeats(), kafka_place(url)
    topic = Topic(place, max(settings.store_timeout_ms, ADMIN_TIMEOUT_MS))
    while True:
        try:
            return await _named(place, topic.ensure)
        except StoreRefused:
            raise
        except StoreUnavailable as error:
            if time.monotonic() >= end_s:
                raise
            if repeats.pass_(str(error)):
                _log.warning("waiting for the log", reason=str(error))
            await asyncio.sleep(PAUSE_S)


async def _named(place: KafkaPlace, work: Callable[[], Awaitable[None]]) -> None:
    """Name the log's place in an error of its first contact."""
    try:
        await work()
    except StoreUnavailable as error:
        raise type(error)(f"{place.shown}: {error}") from error.__cause__


class KafkaCut:
    """Deletes the oldest records; ``entries_kept_min`` stay in any case."""

    def __init__(self, topic: Topic, stream: KafkaStream, entries_kept_min: int) -> None:
        """Create it; nothing is sent yet."""
        self._topic = topic
        self._stream = stream
        self._kept = entries_kept_min

    async def __call__(self, needed: int) -> None:
        """Delete entries before the number ``needed``."""
        head, first = await self._stream.head(), await self._stream.first()
        number = min(needed, head.sequence - self._kept + 1) - 1
        if first is not None and number >= first.position.sequence:
            await self._topic.cut(number)


def kafka_log(
    opened: OpenTopic,
    settings: StorageSettings,
    *,
    replicas: Replicas,
    archive: Archive | None,
    charge: Charge,
) -> KafkaLog:
    """Join the parts of the log around its clients."""
    stream, lineage = opened.stream, Lineage(opened.stream, archive)
    archiver = Archiver(stream, charge, archive) if archive else None
    cut = KafkaCut(opened.topic, stream, settings.log_entries_kept_min)
    return KafkaLog(
        settings.catalogue,
        writer=opened.writer,
        producer=Producer(opened.writer, settings.store_timeout_ms),
        stream=stream,
        waiting=KafkaStream(opened.waiter, settings.catalogue),
        in_sync_min=opened.in_sync_min,
        lineage=lineage,
        trimmer=Trimmer(settings, replicas, archiver, cut),
        witness=Witness(archive.path) if archive else None,
    )
