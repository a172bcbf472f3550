"""Entries that were on the log before, appended again with their offsets and numbers."""

from __future__ import annotations

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import Position
from headwater_server.storage.codecs.raw import Raw, content_mark
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store


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
