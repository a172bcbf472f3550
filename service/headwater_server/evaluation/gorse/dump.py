"""`gorse-cli dump`: one binary file, streams of protobuf messages of Gorse's own.

Each stream begins with its kind, an int64 below 0; each message with its size, an int64 above 0; a
0 ends the file. All are little-endian. The messages are those of protocol/protocol.proto of Gorse.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from google.protobuf.message import DecodeError, Message

from headwater_server.reading.problems import Problems

_KINDS = {-1: "USERS", -2: "ITEMS", -3: "FEEDBACK"}
_SIZE = struct.Struct("<q")
_TEXT, _BYTES, _BOOL, _DOUBLE, _MESSAGE = 9, 12, 8, 1, 11  # FieldDescriptorProto.Type
_TIME = ".google.protobuf.Timestamp"
# name: (number, type, repeated); fields that we do not use are left out
_FIELDS: dict[str, dict[str, tuple[int, int, bool]]] = {
    "USERS": {
        "user_id": (1, _TEXT, False), "labels": (2, _BYTES, False), "comment": (3, _TEXT, False),
    },
    "ITEMS": {
        "item_id": (2, _TEXT, False), "is_hidden": (3, _BOOL, False),
        "categories": (4, _TEXT, True), "timestamp": (5, _MESSAGE, False),
        "labels": (6, _BYTES, False), "comment": (7, _TEXT, False),
    },
    "FEEDBACK": {
        "feedback_type": (2, _TEXT, False), "user_id": (3, _TEXT, False),
        "item_id": (4, _TEXT, False), "value": (5, _DOUBLE, False),
        "timestamp": (6, _MESSAGE, False),
    },
}  # fmt: skip


def is_dump(raw: bytes) -> bool:
    """Return whether the file begins like a dump: no text begins with these eight bytes."""
    return len(raw) >= _SIZE.size and _SIZE.unpack_from(raw)[0] in _KINDS


def read_dump(raw: bytes, kind: str, problems: Problems) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number from 1, fields) of each message of one kind."""
    make = _messages()[kind]
    at, stream, number = 0, "", 0
    while at + _SIZE.size <= len(raw):
        size = _SIZE.unpack_from(raw, at)[0]
        at += _SIZE.size
        if size == 0:
            return
        if size < 0:
            stream, number = _KINDS.get(size, ""), 0
            continue
        number += 1
        if at + size > len(raw):
            break
        if stream == kind:
            try:
                yield number, _fields(make.FromString(raw[at : at + size]))
            except (DecodeError, ValueError):
                problems.add(number, "", f"no message of Gorse's {kind.lower()}")
        at += size
    problems.add(0, "", "the dump is cut short")


def _fields(message: Message) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.name == "labels":
            value = json.loads(value) if value else None
        elif field.name == "timestamp":
            value = value.ToJsonString()
        elif field.is_repeated:
            value = list(value)
        fields[field.name.replace("_", "")] = value
    return fields


def _messages() -> dict[str, Any]:
    """Return the classes of Gorse's messages, made from the table above."""
    file = descriptor_pb2.FileDescriptorProto(
        name="gorse_dump.proto", package="gorse_dump", syntax="proto3",
        dependency=[timestamp_pb2.DESCRIPTOR.name],
    )  # fmt: skip
    for kind, fields in _FIELDS.items():
        message = file.message_type.add(name=kind.title())
        for name, (number, type_number, is_repeated) in fields.items():
            label = 3 if is_repeated else 1
            field = message.field.add(name=name, number=number, label=label)
            field.type = type_number  # type: ignore[assignment]
            if type_number == _MESSAGE:
                field.type_name = _TIME
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(timestamp_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return {
        kind: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"gorse_dump.{kind.title()}")
        )
        for kind in _FIELDS
    }
