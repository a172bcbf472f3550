"""Entries put on a real log as they are: with offsets, and so with a time, of the test's choice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater_server.engine.messages.entries import Operation
from headwater_server.replica.ports.position import Position
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.codecs.raw import Raw, content_mark
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.storage import Storage


async def put_raw(storage: Storage, entries: Iterable[Raw]) -> None:
    """Append entries under the very offsets they have; they must follow the log's head."""
    keys, put_back = (
        Keys(storage.settings.catalogue),
        Script("restore_entry.lua", "headwater_server.storage.archive"),
    )
    for raw in entries:
        offset, sequence = raw.position.offset, raw.position.sequence
        mark = content_mark(offset, sequence, raw.previous, raw.payload)
        arguments = (raw.previous, offset, sequence, raw.payload, mark)
        assert await put_back.run(storage.store, (keys.log, keys.head), arguments)


async def put_payload(storage: Storage, time_ms: int, payload: bytes) -> Position:
    """Append bytes as an entry of ``time_ms``, which must be after the head's."""
    head = await storage.log.head()
    position = Position(f"{time_ms}-0", head.sequence + 1)
    await put_raw(storage, [Raw(position, head.offset, payload)])
    return position


async def put_at(storage: Storage, time_ms: int, operations: Sequence[Operation]) -> Position:
    """Append one entry of ``time_ms``, which must be after the head's."""
    return await put_payload(storage, time_ms, encode_operations(operations))
