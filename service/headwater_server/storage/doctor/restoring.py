"""Entries that were on the log before, appended again with their offsets and numbers."""

from __future__ import annotations

from headwater_server.replica.faults import LogBroken, LogMovedOn
from headwater_server.replica.ports.position import Position, time_ms_of
from headwater_server.storage.codecs.entry_codec import with_time
from headwater_server.storage.codecs.raw import Raw, content_mark
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.storage import Storage


class Restoring:
    """Appends to the log of one store."""

    def __init__(self, storage: Storage) -> None:
        """Create it; only `append` changes anything."""
        self._storage = storage
        self._keys = Keys(storage.settings.catalogue)
        self._script = Script("restore_entry.lua", "headwater_server.storage.doctor")

    async def append(self, head: Position, entry: Raw) -> None:
        """Append ``entry`` after ``head``; `LogBroken` if the log ends elsewhere.

        On Kafka the entry gets another offset, and keeps its number and its time: a fold of it
        gives the same state.
        """
        appended = self._on_kafka if self._storage.place.log else self._in_store
        if not await appended(head, entry):
            raise LogBroken(f"a log that ends at {head.offset}", "one that grows meanwhile")

    async def _in_store(self, head: Position, entry: Raw) -> bool:
        keys = (self._keys.log, self._keys.head)
        offset, sequence = entry.position.offset, entry.position.sequence
        mark = content_mark(offset, sequence, head.offset, entry.payload)
        arguments = (head.offset, offset, sequence, entry.payload, mark)
        return bool(await self._script.run(self._storage.store, keys, arguments))

    async def _on_kafka(self, head: Position, entry: Raw) -> bool:
        payload = with_time(entry.payload, time_ms_of(entry.position.offset))
        try:
            await self._storage.log.append([payload], after=head)
        except LogMovedOn:
            return False
        return True
