"""Convert maps and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from headwater.v1.value_pb2 import Value
from headwater.values import Values


def to_ids(name: str, item_ids: Iterable[str]) -> list[str]:
    """Return the ids; `TypeError` for a single text, whose letters would become the ids.

    >>> to_ids("item_ids", "boots")
    Traceback (most recent call last):
    TypeError: item_ids is a text: a list of ids is needed
    """
    if isinstance(item_ids, str):
        raise TypeError(f"{name} is a text: a list of ids is needed")
    return list(item_ids)


def to_values(values: Values) -> dict[str, Value]:
    """Return the map as messages."""
    return {
        name: Value(text=value) if isinstance(value, str) else Value(number=value)
        for name, value in values.items()
    }


def from_values(values: dict[str, Value]) -> dict[str, str | float]:
    """Return the map of messages as plain values."""
    return {
        name: value.number if value.HasField("number") else value.text
        for name, value in values.items()
    }


def to_time(name: str, time: datetime | None) -> Timestamp | None:
    """Return the time as a message; `ValueError` if it has no timezone."""
    if time is None:
        return None
    if time.tzinfo is None:
        raise ValueError(f"{name} has no timezone: datetime.now(UTC) has one")
    message = Timestamp()
    message.FromDatetime(time)
    return message


def from_time(time: Timestamp) -> datetime:
    """Return the time in UTC."""
    return time.ToDatetime(tzinfo=UTC)


def set_time(message: Message, name: str) -> datetime | None:
    """Return the time in a field, None if it is not set."""
    return from_time(getattr(message, name)) if message.HasField(name) else None
