"""The log: one Redis Stream, each entry chained to the one before; trimmed entries are archived."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any

from redis.exceptions import ResponseError

from headwater_server.engine.messages.entries import Operation
from headwater_server.replica.faults import LogBroken, LogMovedOn
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.codecs.entry_codec import encode_operations
from headwater_server.storage.codecs.raw import content_mark, raw_of
from headwater_server.storage.codecs.stored_entry import StoredEntry
from headwater_server.storage.embedded.dir_watch import DirWatch
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.confirmed import Confirmed, Fields
from headwater_server.storage.log.confirming import Confirming
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.pages import entries_of
from headwater_server.storage.log.parsing import parsed
from headwater_server.storage.log.rejoining import Rejoining
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.log.trimming import Trimmer
from headwater_server.storage.log.witness import Witness
from headwater_server.storage.log.written import Written
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Argument, Store
from headwater_server.storage.settings import StorageSettings

PAGE_ENTRIES = 100
TIE_BITS = 20  # small enough that a clock hours behind never exceeds the numbers of Lua


class RedisLog:
    """Implements `replica.ports.log.Log`.

    ``reader`` is a client whose timeout allows blocking reads; ``confirming`` and ``written`` are
    what an append waits for. ``rejoining`` is for stores that may fail over.
    """

    def __init__(
        self,
        store: Store,
        reader: Store,
        settings: StorageSettings,
        *,
        confirming: Confirming,
        written: Written | None = None,
        dir_watch: DirWatch | None = None,
        lineage: Lineage,
        rejoining: Rejoining | None = None,
        trimmer: Trimmer,
        witness: Witness | None,
    ) -> None:
        """Use the log of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._reader = reader
        self._keys = Keys(settings.catalogue)
        self._stream = Stream(store, self._keys)
        self._confirming = confirming
        self._confirmed = Confirmed(store, reader, self._keys, confirming)
        self._written = written
        self._dir_watch = dir_watch
        self._lineage = lineage
        self._rejoining = rejoining
        self._trimmer = trimmer
        self._witness = witness
        self._append = Script("append.lua", "headwater_server.storage.log")
        self._accepts = Script("accepts.lua", "headwater_server.storage.log")

    def encode(self, operations: Sequence[Operation], *, imported: bool = False) -> bytes:
        """See `replica.ports.log.Log.encode`."""
        return encode_operations(operations, imported=imported)

    async def append(self, encoded: Sequence[bytes], *, after: Position | None = None) -> Position:
        """See `replica.ports.log.Log.append`."""
        keys = (self._keys.log, self._keys.head)
        payload = b"".join(encoded)
        arguments = (payload, after.offset if after else "", secrets.randbits(TIE_BITS))
        try:
            answer = await self._run_append(keys, arguments)
        except ResponseError as error:
            if str(error).startswith("HWBROKEN"):
                raise LogBroken("a log that matches its head", str(error)) from error
            raise
        if answer is None:
            raise LogMovedOn(after or START)
        position = _appended(payload, *answer)
        self._confirmed.note(position)
        if self._witness is not None:
            self._witness.note(position)
        return position

    async def _run_append(self, keys: tuple[str, str], arguments: Sequence[Argument]) -> Any:
        wait = self._confirming.command
        if wait is None:
            answer = await self._append.run(self._store, keys, arguments)
        else:
            answer, confirmed = await self._append.run_then(self._store, keys, arguments, wait)
            self._confirming.check(confirmed)
        if self._written is not None and answer is not None:
            await self._written.confirm()
        self._check_dir()
        return answer

    def _check_dir(self) -> None:
        if self._dir_watch is not None:
            self._dir_watch.check()

    async def accepts(self) -> None:
        """See `replica.ports.log.Log.accepts`."""
        await self._accepts.run(self._store, (self._keys.probe,), ())
        await self._confirmed.confirm()
        if self._written is not None:
            await self._written.confirm()
        self._check_dir()

    async def read(self, after: Position, count: int, block_ms: int) -> list[StoredEntry]:
        """See `replica.ports.log.Log.read`; with ``block_ms`` 0 it does not wait."""
        self._check_dir()
        return await self._parsed(after, await self._confirmed.read(after, count, block_ms), count)

    async def _parsed(self, after: Position, kept: Fields, count: int) -> list[StoredEntry]:
        """Return the entries up to the first invalid one; raise if that is the first of all."""
        if kept and raw_of(kept[0][0].decode(), kept[0][1]).position.sequence > after.sequence + 1:
            archived = await self._lineage.archived(after, count)
            if archived:
                return await parsed(after, archived)
        return await parsed(after, (raw_of(offset.decode(), fields) for offset, fields in kept))

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[StoredEntry]:
        """See `replica.ports.log.Log.iterate`."""
        return entries_of(self._page, after, until)

    async def _page(self, after: Position) -> list[StoredEntry]:
        self._check_dir()
        kept = await self._confirmed.present(after, PAGE_ENTRIES, 0)
        return await self._parsed(after, kept, PAGE_ENTRIES)

    async def confirmed(self) -> Position:
        """See `replica.ports.log.Log.confirmed`."""
        return await self._confirmed.position()

    async def head(self) -> Position:
        """See `replica.ports.log.Log.head`."""
        return await self._stream.head()

    async def length(self) -> int:
        """See `replica.ports.log.Log.length`."""
        return await self._stream.length()

    async def verify(self, position: Position) -> None:
        """See `replica.ports.log.Log.verify`; an archive with more than the log is rejoined."""
        if self._rejoining is not None:
            await self._rejoining.run()
        await self._lineage.check(position)

    async def newest_of(self, positions: Sequence[Position]) -> Position | None:
        """See `replica.ports.log.Log.newest_of`."""
        return await self._lineage.newest_of(positions)

    def forget_read(self) -> None:
        """Read archived entries again: their files were rewritten."""
        self._lineage.forget_read()

    async def trim(self, before: Position) -> None:
        """See `replica.ports.log.Log.trim`; ``log_entries_kept_min`` entries always stay."""
        await self._trimmer.trim(before)


def _appended(payload: bytes, offset: bytes, sequence: int, before: bytes, mark: bytes) -> Position:
    """Return the position of an append; with what is before, if the store has these very bytes.

    It has others where its clock was set back, since the true time follows them.
    """
    at, previous = offset.decode(), before.decode()
    same = mark == content_mark(at, sequence, previous, payload)
    return Position(at, sequence, previous if same else "")
