"""Reads the newest committed record of a topic with one partition."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from headwater_server.storage.kafka.connecting import connection_options
from headwater_server.storage.kafka.url import KafkaPlace

FIRST_STEP, GROWTH, WAIT_MS = 16, 16, 200


async def newest_value(place: KafkaPlace, topic: str, timeout_ms: int) -> bytes | None:
    """Return the value of the last record that a transaction has committed, None if there is none.

    The end of a topic has markers of transactions and what was undone: it looks further and
    further back until a record is found.
    """
    consumer = AIOKafkaConsumer(
        **connection_options(place),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=timeout_ms,
    )
    at = TopicPartition(topic, 0)
    try:
        await consumer.start()
        consumer.assign([at])
        begin = (await consumer.beginning_offsets([at]))[at]
        end, step = (await consumer.end_offsets([at]))[at], FIRST_STEP
        while begin < end:
            start = max(begin, end - step)
            value = await _last(consumer, at, start, end)
            if value is not None or start == begin:
                return value
            step *= GROWTH
        return None
    finally:
        await consumer.stop()


async def _last(
    consumer: AIOKafkaConsumer, at: TopicPartition, start: int, end: int
) -> bytes | None:
    """Return the value of the last record from ``start`` to before ``end``."""
    value: bytes | None = None
    consumer.seek(at, start)
    while await consumer.position(at) < end:
        for record in (await consumer.getmany(at, timeout_ms=WAIT_MS)).get(at, []):
            if record.offset < end and record.value is not None:
                value = record.value
    return value
