"""Messages in our own forms: JSON as REST takes it, and the messages of `headwater.v1`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError

from headwater.v1 import event_pb2, item_pb2
from headwater_server.api.translate.feedback import plain_event
from headwater_server.api.translate.items import item_write
from headwater_server.engine.messages.entries import ItemWrite
from headwater_server.errors import InvalidRequest
from headwater_server.sources.decoding.decoded import Decoded, Part, Unreadable, json_of, refused

Kind = TypeVar("Kind", event_pb2.Event, item_pb2.Item, item_pb2.ItemWrite)
PARTS_MAX = 1000  # of one message, as in one call
_LISTS = ("events", "items", "writes")
_FIELD = re.compile(r"Failed to parse (\w+) field|field named \"?(\w+)")


def documents_of(value: bytes) -> list[Any]:
    """Return the JSON values of a message: one, those of an array, or those of one list.

    >>> documents_of(b'{"a": 1}'), documents_of(b'[1, 2]'), documents_of(b'{"events": [{}]}')
    ([{'a': 1}], [1, 2], [{}])
    """
    found = json_of(value)
    if isinstance(found, dict) and len(found) == 1 and next(iter(found)) in _LISTS:
        found = next(iter(found.values()))
    documents = found if isinstance(found, list) else [found]
    if len(documents) > PARTS_MAX:
        raise Unreadable(f"it has {len(documents):,} parts; at most {PARTS_MAX:,} may be in one")
    return documents


def decode_json(value: bytes, *, is_event: bool, time_ms: int) -> Decoded:
    """Return the parts of a JSON message. `Unreadable` if it is none."""
    part = _json_event if is_event else _json_item
    return list(_parts(documents_of(value), part, time_ms))


def decode_protobuf(value: bytes, *, is_event: bool, time_ms: int) -> Decoded:
    """Return the one event or item of a message. `Unreadable` if it is none."""
    try:
        if is_event:
            return list(_parts([event_pb2.Event.FromString(value)], _event, time_ms))
        return list(_parts([item_pb2.Item.FromString(value)], _item, time_ms))
    except DecodeError:
        name = "Event" if is_event else "Item"
        raise Unreadable(f"it is no headwater.v1.{name} in protobuf") from None


def _parts(documents: list[Any], part: Callable[[Any, int], Part], time_ms: int) -> Iterator[Part]:
    for number, document in enumerate(documents):
        try:
            found = part(document, time_ms)
        except Unreadable as error:
            yield refused(str(error), number)
        except InvalidRequest as error:
            field = error.field.removeprefix(".item").removeprefix(".")
            yield refused(f"{field} {error.problem}", number)
        else:
            yield Part(found.operation, found.token, found.reason, number)


def _json_event(document: Any, time_ms: int) -> Part:
    return _event(_parsed(document, event_pb2.Event()), time_ms)


def _json_item(document: Any, time_ms: int) -> Part:
    if isinstance(document, dict) and "item" in document:
        return _write(_parsed(document, item_pb2.ItemWrite()), time_ms)
    return _item(_parsed(document, item_pb2.Item()), time_ms)


def _event(event: event_pb2.Event, time_ms: int) -> Part:
    """Return the event; one without a time happened when the source got it."""
    if not event.HasField("event_time"):
        event.event_time.FromMilliseconds(time_ms)
    return Part(plain_event(event), event.attribution_token)


def _item(item: item_pb2.Item, time_ms: int) -> Part:
    return _write(item_pb2.ItemWrite(item=item), time_ms)


def _write(write: item_pb2.ItemWrite, time_ms: int) -> Part:
    found = item_write("", write)
    set_time_ms = time_ms if found.set_time_ms is None else found.set_time_ms
    return Part(ItemWrite(found.item, found.fields, set_time_ms))


def _parsed(document: Any, message: Kind) -> Kind:
    """Fill a message from JSON. `Unreadable` names the field, and never its value."""
    if not isinstance(document, dict):
        raise Unreadable("it is no JSON object")
    try:
        return ParseDict(document, message, max_recursion_depth=20)
    except ParseError as error:
        found = _FIELD.search(str(error))
        name = message.DESCRIPTOR.name
        if not found:
            raise Unreadable(f"it has not the form of headwater.v1.{name}") from None
        if found[1]:
            raise Unreadable(f"{found[1]}: its value has another type in {name}") from None
        raise Unreadable(
            f"{found[2][:40]}: {name} has no such field: leave it out, or give a mapping"
        ) from None
