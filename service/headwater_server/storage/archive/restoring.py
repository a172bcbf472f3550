"""Entries that were on the log before, appended again with their offsets and numbers."""

from __future__ import annotations

from typing import Protocol

from headwater_server.replica.faults import LogBroken, LogMovedOn
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import Position, time_ms_of
from headwater_server.storage.codecs.entry_codec import with_time
from headwater_server.storage.codecs.raw import Raw, content_mark
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store


class Restores(Protocol):
    """Appends what was on a log before."""

    async def append(self, head: Position, entry: Raw) -> None:
        """Append ``entry`` after ``head``; `LogBroken` if the log ends elsewhere."""


class Copying:
    """Appends to a log that gives its own offsets, as one on Kafka.

    An entry keeps its number and its time: a fold of it gives the same state.
    """

    def __init__(self, log: Log) -> None:
        """Create it; only `append` changes anything."""
        self._log = log

    async def append(self, head: Position, entry: Raw) -> None:
        """See `Restores.append`."""
        payload = with_time(entry.payload, time_ms_of(entry.position.offset))
        try:
            await self._log.append([payload], after=head)
        except LogMovedOn:
            expected = f"a log that ends at {head.offset}"
            raise LogBroken(expected, "one that grows meanwhile") from None


class Restoring:
    """Appends to the log of one store."""

    def __init__(self, store: Store, keys: Keys) -> None:
        """Create it; only `append` changes anything."""
        self._store = store
        self._keys = keys
        self._script = Script("restore_entry.lua", "headwater_server.storage.archive")

    async def append(self, head: Position, entry: Raw) -> None:
        """Append ``entry`` after ``head``; `LogBroken` if the log ends elsewhere."""
        keys = (self._keys.log, self._keys.head)
        offset, sequence = entry.position.offset, entry.position.sequence
        mark = content_mark(offset, sequence, head.offset, entry.payload)
        arguments = (head.offset, offset, sequence, entry.payload, mark)
        if not await self._script.run(self._store, keys, arguments):
            raise LogBroken(f"a log that ends at {head.offset}", "one that grows meanwhile")
