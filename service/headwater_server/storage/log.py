"""The log: one Redis Stream, each entry chained to the one before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from redis.exceptions import ResponseError

from headwater_server.engine.entries import Operation
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.faults import LogBroken, LogMovedOn, UnreadableEntry
from headwater_server.replica.position import START, Position, offset_key
from headwater_server.storage.codec import encode_operations
from headwater_server.storage.keys import Keys
from headwater_server.storage.script import Script
from headwater_server.storage.settings import Durability, StorageSettings
from headwater_server.storage.store import Store
from headwater_server.storage.stored_entry import StoredEntry

PAGE_ENTRIES = 100


class RedisLog:
    """Implements `replica.ports.Log`.

    ``reader`` is a client whose timeout leaves room for blocking reads; ``knows_waitaof`` says
    whether the server can be asked to confirm an fsync.
    """

    def __init__(
        self, store: Store, reader: Store, settings: StorageSettings, *, knows_waitaof: bool
    ) -> None:
        """Make the log of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._reader = reader
        self._keys = Keys(settings.catalogue)
        self._settings = settings
        self._wait_aof = knows_waitaof and settings.durability is Durability.ALWAYS
        self._append = Script("append.lua")
        self._trim = Script("trim.lua")

    def encode(self, operations: Sequence[Operation], *, imported: bool = False) -> bytes:
        """See `replica.ports.Log.encode`."""
        return encode_operations(operations, imported=imported)

    async def append(self, encoded: Sequence[bytes], *, after: Position | None = None) -> Position:
        """See `replica.ports.Log.append`."""
        keys = (self._keys.log, self._keys.head)
        arguments = (b"".join(encoded), after.offset if after else "")
        try:
            answer = await self._run_append(keys, arguments)
        except ResponseError as error:
            if str(error).startswith("HWBROKEN"):
                raise LogBroken("a log with its head", str(error)) from error
            raise
        if answer is None:
            raise LogMovedOn(after or START)
        return Position(answer[0].decode(), answer[1])

    async def _run_append(self, keys: tuple[str, str], arguments: tuple[bytes, str]) -> Any:
        if not self._wait_aof:
            return await self._append.run(self._store, keys, arguments)
        wait = ("WAITAOF", 1, 0, self._settings.store_timeout_ms)
        answer, (fsynced, _) = await self._append.run_then(self._store, keys, arguments, wait)
        if fsynced < 1:
            raise StoreUnavailable("the store did not confirm in time that the write is on disk")
        return answer

    async def read(self, after: Position, count: int, block_ms: int) -> list[StoredEntry]:
        """See `replica.ports.Log.read`; 0 as ``block_ms`` does not wait."""
        block = ("BLOCK", block_ms) if block_ms else ()
        command = ("XREAD", "COUNT", count, *block, "STREAMS", self._keys.log, after.offset)
        answer = await self._reader.call(*command)
        entries: list[StoredEntry] = []
        for offset, fields in answer[0][1] if answer else ():
            try:
                entries.append(_chained(after, offset.decode(), fields))
            except (LogBroken, UnreadableEntry):
                if not entries:
                    raise
                return entries  # what came before is good; the other is met again next time
            after = entries[-1].position
        return entries

    async def iterate(
        self, after: Position, until: str | None = None
    ) -> AsyncIterator[StoredEntry]:
        """See `replica.ports.Log.iterate`."""
        end = offset_key(until) if until else None
        while page := await self.read(after, PAGE_ENTRIES, 0):
            for entry in page:
                if end is not None and offset_key(entry.position.offset) > end:
                    return
                yield entry
            after = page[-1].position

    async def head(self) -> Position:
        """See `replica.ports.Log.head`."""
        n, offset = await self._store.call("HMGET", self._keys.head, "n", "id")
        return Position(offset.decode(), int(n)) if n else START

    async def length(self) -> int:
        """See `replica.ports.Log.length`."""
        return int(await self._store.call("XLEN", self._keys.log))

    async def verify(self, position: Position) -> None:
        """See `replica.ports.Log.verify`."""
        if position == START:
            return
        found = await self._store.call("XRANGE", self._keys.log, position.offset, position.offset)
        expected = f"entry {position.sequence} at {position.offset}"
        if not found:
            head = await self.head()
            raise LogBroken(expected, f"none; the head is {head.sequence} at {head.offset}")
        number = int(found[0][1].get(b"n", b"0"))
        if number != position.sequence:
            raise LogBroken(expected, f"entry {number} there")

    async def trim(self, before: Position) -> None:
        """See `replica.ports.Log.trim`; ``log_entries_kept_min`` entries stay in any case."""
        arguments = (before.sequence, self._settings.log_entries_kept_min)
        await self._trim.run(self._store, (self._keys.log, self._keys.head), arguments)


def _chained(previous: Position, offset: str, fields: dict[bytes, bytes]) -> StoredEntry:
    """Return the entry if it is chained to ``previous``."""
    expected = f"entry {previous.sequence + 1} after {previous.offset}"
    try:
        sequence, before, payload = int(fields[b"n"]), fields[b"p"].decode(), fields[b"e"]
    except (KeyError, ValueError) as error:
        raise LogBroken(expected, f"no entry of a log at {offset}") from error
    if (sequence, before) != (previous.sequence + 1, previous.offset):
        raise LogBroken(expected, f"entry {sequence} after {before}")
    try:
        return StoredEntry(Position(offset, sequence), payload)
    except UnreadableEntry as error:
        raise UnreadableEntry(f"entry {offset}: {error}") from error
