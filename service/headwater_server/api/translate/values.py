"""Translates maps of texts or numbers, and times, for several services."""

from __future__ import annotations

from collections.abc import Mapping

from google.protobuf.timestamp_pb2 import Timestamp

from headwater.v1.catalog_service_pb2 import DeleteItemsRequest
from headwater.v1.item_pb2 import ItemWrite
from headwater.v1.user_service_pb2 import UserWrite
from headwater.v1.value_pb2 import Value
from headwater_server.api.translate.checks import (
    ID_BYTES_MAX,
    LABELS_MAX,
    NUMBER_MAX,
    TEXT_BYTES_MAX,
    at_most,
    byte_length,
    finite,
    required,
    short_text,
)
from headwater_server.engine.clock import ahead_problem
from headwater_server.engine.messages.events import ContextValue
from headwater_server.errors import InvalidRequest
from headwater_server.replica.clock import wall_clock_ms

Named = tuple[tuple[str, ContextValue], ...]
Write = ItemWrite | UserWrite | DeleteItemsRequest

SECONDS_MIN, SECONDS_MAX = -62135596800, 253402300799  # years 1 to 9999
_INT64_MAX = 2**63 - 1
TIME_MS_MIN, TIME_MS_MAX = 1000 * SECONDS_MIN, 1000 * SECONDS_MAX


def checked_values(field: str, values: Mapping[str, Value]) -> Named:
    """Return the whole map, checked, sorted by name."""
    if not values:
        return ()
    at_most(field, values, LABELS_MAX)
    return tuple((name, _checked(field, name, values[name])) for name in sorted(values))


def _checked(field: str, name: str, value: Value) -> ContextValue:
    kind = value.WhichOneof("kind")
    if 0 < byte_length(name) <= ID_BYTES_MAX:
        if kind == "text" and byte_length(value.text) <= TEXT_BYTES_MAX:
            return value.text
        if kind == "number" and abs(value.number) <= NUMBER_MAX:
            return value.number
    return _refused(field, name, value)  # the name of the field is built only here


def _refused(field: str, name: str, value: Value) -> ContextValue:
    place = f'{field}["{name[:40]}"]'
    required(f"name of {place}", name)
    kind = value.WhichOneof("kind")
    if kind == "number":
        return finite(f"{place}.number", value.number)
    if kind == "text":
        return short_text(f"{place}.text", value.text, TEXT_BYTES_MAX)
    raise InvalidRequest(place, "has neither text nor number")


def checked_set_time_ms(field: str, message: Write) -> int | None:
    """Return a write's ``set_time`` in milliseconds, None when it has none.

    One far ahead is refused: it would win over all other writes until then.
    """
    if not message.HasField("set_time"):
        return None
    time_ms = checked_time_ms(field, message.set_time)
    if problem := ahead_problem(time_ms, wall_clock_ms()):
        raise InvalidRequest(field, f"{problem}, the time of this server")
    return time_ms


def plain_values(values: Mapping[str, Value]) -> Named:
    """Return the map unchecked, sorted by name: the replica checks events and quarantines them.

    A value that is neither text nor number becomes the empty text.
    """
    if not values:
        return ()
    return tuple((name, _plain(values[name])) for name in sorted(values))


def _plain(value: Value) -> ContextValue:
    return value.number if value.HasField("number") else value.text


def value_messages(values: Named) -> dict[str, Value]:
    """Return the values as messages, by name."""
    return {
        name: Value(text=value) if isinstance(value, str) else Value(number=value)
        for name, value in values
    }


def checked_time_ms(field: str, time: Timestamp) -> int:
    """Return milliseconds since 1970; a Timestamp outside of its own definition is refused."""
    if not (SECONDS_MIN <= time.seconds <= SECONDS_MAX and 0 <= time.nanos < 10**9):
        raise InvalidRequest(field, "is no valid time")
    return plain_time_ms(time)


def plain_time_ms(time: Timestamp) -> int:
    """Return milliseconds since 1970 unchecked, limited to 64 bits.

    >>> plain_time_ms(Timestamp(seconds=1, nanos=2_000_000))
    1002
    """
    time_ms = time.seconds * 1000 + time.nanos // 1_000_000
    return time_ms if -_INT64_MAX <= time_ms <= _INT64_MAX else _limited(time_ms)


def _limited(time_ms: int) -> int:
    return _INT64_MAX if time_ms > 0 else -_INT64_MAX


def clipped_time(time_ms: int) -> Timestamp:
    """Return the time as a message; before the year 1 and after 9999 the first or last second.

    >>> clipped_time(1_500).nanos, clipped_time(10**18).ToJsonString()
    (500000000, '9999-12-31T23:59:59Z')
    """
    seconds, rest_ms = divmod(time_ms, 1000)
    return Timestamp(seconds=min(max(seconds, SECONDS_MIN), SECONDS_MAX), nanos=rest_ms * 1_000_000)


def time_message(time_ms: int) -> Timestamp | None:
    """Return the time as a message; 0 means "not set"."""
    if not time_ms:
        return None
    return Timestamp(seconds=time_ms // 1000, nanos=time_ms % 1000 * 1_000_000)
