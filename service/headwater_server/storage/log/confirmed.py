"""Up to where the store's replicas have confirmed the log: none of ours reads further.

A store passes an entry to its readers before its own replicas have it. After a failover to one of
them the entry is gone, and a server that has learned it is ahead of the log. So who appends waits
for them (`Confirming`) and then writes a mark, which delays no answer; the others wait for the mark
instead of the entry. It is a stream of one entry, with the id of the log's entry: so it never goes
back, readers can wait for it, and it reaches the store's replicas after what it covers.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from headwater_server.errors import HeadwaterError, StoreUnavailable
from headwater_server.replica.ports.position import START, Position, offset_key
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.confirming import Confirming
from headwater_server.storage.redis.store import Command, Store
from headwater_server.storage.redis.store_errors import good

Fields = list[tuple[bytes, Any]]
PROBE_MS = 60_000


class Confirmed:
    """Reads the log as far as it is confirmed, and says how far that is."""

    def __init__(self, store: Store, reader: Store, keys: Keys, confirming: Confirming) -> None:
        """Create it; if no replica has to confirm, what is on the log counts as confirmed."""
        self._store = store
        self._reader = reader
        self._keys = keys
        self._confirming = confirming
        self._newest = START
        self._marking: asyncio.Task[None] | None = None

    @property
    def _is_asked(self) -> bool:
        return self._confirming.replicas > 0

    def note(self, position: Position) -> None:
        """Record that the replicas have confirmed the log up to ``position``, which others see."""
        if not self._is_asked:
            return
        if offset_key(position.offset) > offset_key(self._newest.offset):
            self._newest = position
        if self._marking is None:  # one at a time: the next one covers all until then
            self._marking = asyncio.create_task(self._mark())

    async def _mark(self) -> None:
        written = START
        try:
            while written != self._newest:
                written = self._newest
                await self._store.call_all((self._mark_of(written),))  # a higher one may be there
        except HeadwaterError:
            pass  # who reads confirms it, too
        finally:
            self._marking = None

    def _mark_of(self, position: Position) -> Command:
        at = ("XADD", self._keys.confirmed, "MAXLEN", "=", 1)
        return (*at, position.offset, "n", position.sequence)

    async def position(self) -> Position:
        """Return the last confirmed entry; ask the replicas if there are later ones."""
        head = await self._head()
        if not self._is_asked or await self._marked() == head:
            return head
        with contextlib.suppress(StoreUnavailable):
            await self.confirm()
        return min(head, await self._marked(), key=lambda one: offset_key(one.offset))

    async def _head(self) -> Position:
        n, offset = await self._store.call("HMGET", self._keys.head, "n", "id")
        return Position(offset.decode(), int(n)) if n and offset else START

    async def _marked(self) -> Position:
        command = ("XREVRANGE", self._keys.confirmed, "+", "-", "COUNT", 1)
        found = await self._store.call(*command)
        return Position(found[0][0].decode(), int(found[0][1][b"n"])) if found else START

    async def confirm(self) -> None:
        """Ask the replicas for all that is on the log; `StoreUnavailable` if too few confirm.

        For entries whose writer died before it marked them, or waited in vain. A write of this
        connection is needed: the store's WAIT is about what its own connection wrote, and a
        replica that has it has all entries before it.
        """
        if self._confirming.command is None:
            return
        commands: tuple[Command, ...] = (
            ("HMGET", self._keys.head, "n", "id"),
            ("SET", self._keys.probe, "1", "PX", PROBE_MS),
            self._confirming.command,
        )
        (n, offset), _, answer = map(good, await self._store.call_all(commands))
        self._confirming.check(answer)
        if n and offset and self._is_asked:
            position = Position(offset.decode(), int(n))
            await self._store.call_all((self._mark_of(position),))

    async def read(self, after: Position, count: int, block_ms: int) -> Fields:
        """Return confirmed entries after a position; wait up to ``block_ms`` for the first."""
        if not self._is_asked:
            return await self.present(after, count, block_ms)
        marks, present = await self._both(after, count, block_ms)
        if present and not marks:
            await self.confirm()
            marks, present = await self._both(after, count, 0)
        end = offset_key(marks[-1][0].decode()) if marks else (0, 0)
        return [entry for entry in present if offset_key(entry[0].decode()) <= end]

    async def present(self, after: Position, count: int, block_ms: int) -> Fields:
        """Return what is on the log, confirmed or not."""
        answer = await self._reader.call(*self._waiting(self._keys.log, after, count, block_ms))
        return _entries(answer)

    async def _both(self, after: Position, count: int, block_ms: int) -> tuple[Fields, Fields]:
        """Return the mark, if it is after a position, and then what is on the log after it."""
        marks, present = await self._reader.call_both(
            self._waiting(self._keys.confirmed, after, 1, block_ms),
            ("XRANGE", self._keys.log, f"({after.offset}", "+", "COUNT", count),
        )
        return _entries(good(marks)), list(good(present))

    @staticmethod
    def _waiting(key: str, after: Position, count: int, block_ms: int) -> Command:
        block = ("BLOCK", block_ms) if block_ms else ()
        return ("XREAD", "COUNT", count, *block, "STREAMS", key, after.offset)


def _entries(answer: Any) -> Fields:
    return list(answer[0][1]) if answer else []
