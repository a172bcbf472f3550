"""`gorse-cli dump`: one binary file, streams of protobuf messages of Gorse's own.

Each stream begins with its kind, an int64 below 0; each message with its size, an int64 above 0; a
0 ends the file. All are little-endian. The messages are those of protocol/protocol.proto of Gorse.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import IO, Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2
from google.protobuf.message import DecodeError, Message

from headwater_server.reading.opening.packed.room import Room
from headwater_server.reading.opening.places import Source
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session

_KINDS = {-1: "users", -2: "items", -3: "feedback"}
_SIZE = struct.Struct("<q")
SIZE_MAX = 1 << 28  # of one message
REPORT_ROWS = 10_000
_TEXT, _BYTES, _BOOL, _DOUBLE, _MESSAGE = 9, 12, 8, 1, 11  # FieldDescriptorProto.Type
_TIME = ".google.protobuf.Timestamp"
# name in Gorse's JSON: (number, type, repeated); fields that we do not use are left out
_FIELDS: dict[str, dict[str, tuple[int, int, bool]]] = {
    "users": {"UserId": (1, _TEXT, False), "Labels": (2, _BYTES, False)},
    "items": {
        "ItemId": (2, _TEXT, False), "IsHidden": (3, _BOOL, False),
        "Categories": (4, _TEXT, True), "Timestamp": (5, _MESSAGE, False),
        "Labels": (6, _BYTES, False), "Comment": (7, _TEXT, False),
    },
    "feedback": {
        "FeedbackType": (2, _TEXT, False), "UserId": (3, _TEXT, False),
        "ItemId": (4, _TEXT, False), "Value": (5, _DOUBLE, False),
        "Timestamp": (6, _MESSAGE, False),
    },
}  # fmt: skip


def is_dump(head: bytes) -> bool:
    """Return whether a file begins like a dump: no text begins with these eight bytes.

    >>> is_dump(bytes([253]) + bytes([255] * 7)), is_dump(b"user_id,item_id")
    (True, False)
    """
    return len(head) >= _SIZE.size and _SIZE.unpack_from(head)[0] in _KINDS


def members(source: Source, session: Session) -> Iterator[Source]:
    """Yield a text of JSON lines for each kind that the dump has. Raises `BadFile`."""
    room, paths, done = Room(source.path, session.directory), dict[str, Path](), 0
    with source.path.open("rb") as file, ExitStack() as open_files:
        texts: dict[str, IO[str]] = {}
        for kind, document in _documents(file, source):
            if kind not in texts:
                paths[kind] = session.new_file(".jsonl")
                texts[kind] = open_files.enter_context(paths[kind].open("w", encoding="utf-8"))
            line = json.dumps(document) + "\n"
            room.take(len(line))
            texts[kind].write(line)
            done += 1
            if done % REPORT_ROWS == 0:
                session.watch(f"unpack {source.given.name}, rows", done, 0)
    for kind, path in paths.items():
        many = source.from_many or len(paths) > 1
        name = f"{source.name}: {kind}"
        yield replace(source, name=name, path=path, container="dump of Gorse", from_many=many)


def _documents(file: IO[bytes], source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (kind, fields) of each message."""
    kind, number = "", 0
    while len(head := file.read(_SIZE.size)) == _SIZE.size:
        size = _SIZE.unpack(head)[0]
        if size == 0:
            return
        if size < 0:
            kind, number = _KINDS.get(size, ""), 0
            continue
        number += 1
        raw = file.read(size) if size <= SIZE_MAX else b""
        if len(raw) < size:
            break
        if kind:
            yield kind, _fields(kind, raw, number, source)
    raise BadFile(Path(source.name), [Problem(0, "", "the dump is cut short")])


def _fields(kind: str, raw: bytes, number: int, source: Source) -> dict[str, Any]:
    try:
        message = _messages()[kind].FromString(raw)
        return {field.name: _value(message, field) for field in message.DESCRIPTOR.fields}
    except (DecodeError, ValueError, RecursionError):
        problem = Problem(number, "", f"no message of Gorse's {kind}")
        raise BadFile(Path(source.name), [problem]) from None


def _value(message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    if field.name == "Labels":
        return json.loads(value) if value else None
    if field.name == "Timestamp":
        return value.ToJsonString() if message.HasField(field.name) else None
    return list(value) if field.is_repeated else value


@cache
def _messages() -> dict[str, Any]:
    """Return the classes of Gorse's messages, made from the table above."""
    file = descriptor_pb2.FileDescriptorProto(
        name="gorse_dump.proto", package="gorse_dump", syntax="proto3",
        dependency=[timestamp_pb2.DESCRIPTOR.name],
    )  # fmt: skip
    for kind, fields in _FIELDS.items():
        message = file.message_type.add(name=kind.title())
        for name, (number, type_number, is_repeated) in fields.items():
            field = message.field.add(name=name, number=number, label=3 if is_repeated else 1)
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
