"""Checks the topic of a log on Kafka."""

from __future__ import annotations

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.doctor.findings import Finding
from headwater_server.storage.settings import StorageSettings


async def check_topic(url: str, settings: StorageSettings) -> Finding:
    """Return whether it can be the log, with what to change if not."""
    from headwater_server.storage.kafka.topic import Topic, problems  # noqa: PLC0415 - optional
    from headwater_server.storage.kafka.url import kafka_place  # noqa: PLC0415 - the same

    place = kafka_place(url)
    try:
        shape, brokers = await Topic(place, settings.store_timeout_ms).look()
    except StoreUnavailable as error:
        return Finding("topic", str(error), fine=False, fix="see docs/kafka.md")
    if shape is None:
        return Finding("topic", f"there is no topic {place.topic}: a start creates it")
    if found := problems(place.topic, shape, brokers):
        return Finding("topic", "; ".join(found), fine=False, fix="change its configuration")
    insync = shape.config.get("min.insync.replicas", "?")
    text = f"{shape.replicas} replicas on {brokers} brokers, at least {insync} confirm a write"
    return Finding("topic", text)
