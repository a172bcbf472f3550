"""Convert maps and times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from headwater.field_error import FieldError
from headwater.v1.value_pb2 import Value
from headwater.values import Values
from headwater.wire.fields import REFUSED, TEXT, described, listed, unfit


def to_ids(name: str, item_ids: Iterable[str]) -> list[str]:
    """Return the ids; `FieldError` for a single text, whose letters would become the ids.

    >>> to_ids("item_ids", "boots")
    Traceback (most recent call last):
    headwater.field_error.FieldError: item_ids is a text: a list of ids is needed
    """
    return list(listed(name, item_ids, "ids"))


def to_texts(name: str, texts: Iterable[str]) -> list[str]:
    """Return the texts; `FieldError` if they are no list, or one of them is no text."""
    found = list(listed(name, texts, "texts"))
    for place, one in enumerate(found):
        if not isinstance(one, str):
            raise FieldError(f"{name}[{place}] is {described(one)}: {TEXT}")
    return found


def to_values(name: str, values: Values) -> dict[str, Value]:
    """Return the map as messages.

    >>> to_values("context", {"device": ["phone"]})
    Traceback (most recent call last):
    headwater.field_error.FieldError: context["device"] is a list: a text or a number is needed
    """
    if not values:
        return {}
    try:
        pairs = values.items()
    except AttributeError:
        needed = 'a dict is needed, such as {"device": "phone"}'
        raise FieldError(f"{name} is {described(values)}: {needed}") from None
    return {key: _value(name, key, value) for key, value in pairs}


def _value(name: str, key: object, value: str | float) -> Value:
    if not isinstance(key, str):
        raise FieldError(f"{name} has a name that is {described(key)}: {TEXT}")
    try:
        return Value(text=value) if isinstance(value, str) else Value(number=value)
    except REFUSED as error:
        problem = unfit(value, "a text or a number is needed", error)
        raise FieldError(f'{name}["{key}"]{problem}') from None


def from_values(values: dict[str, Value]) -> dict[str, str | float]:
    """Return the map of messages as plain values."""
    return {
        name: value.number if value.HasField("number") else value.text
        for name, value in values.items()
    }


def to_time(name: str, time: datetime | None) -> Timestamp | None:
    """Return the time as a message; `FieldError` if it is none, or has no timezone."""
    if time is None:
        return None
    try:
        is_naive = time.tzinfo is None
    except AttributeError:
        needed = "a datetime with a timezone is needed, such as datetime.now(UTC)"
        raise FieldError(f"{name} is {described(time)}: {needed}") from None
    if is_naive:
        raise FieldError(f"{name} has no timezone: datetime.now(UTC) has one")
    message = Timestamp()
    message.FromDatetime(time)
    return message


def from_time(time: Timestamp) -> datetime:
    """Return the time in UTC."""
    return time.ToDatetime(tzinfo=UTC)


def set_time(message: Message, name: str) -> datetime | None:
    """Return the time in a field, None if it is not set."""
    return from_time(getattr(message, name)) if message.HasField(name) else None
