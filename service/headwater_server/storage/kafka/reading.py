"""Reads entries in order, from the topic and, where they were trimmed, from the archive."""

from __future__ import annotations

from collections import deque

from headwater_server.replica.ports.position import Position
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.codecs.stored_entry import StoredEntry
from headwater_server.storage.kafka.stream import KafkaStream
from headwater_server.storage.log.lineage import Lineage
from headwater_server.storage.log.parsing import parsed


class Reading:
    """One reader's way along the log; it keeps what a page has more than was asked for."""

    def __init__(self, stream: KafkaStream, lineage: Lineage) -> None:
        """Create it; nothing is read yet."""
        self._stream = stream
        self._lineage = lineage
        self._rest: deque[Raw] = deque()
        self._known = ""  # the offset of an entry that is surely on the log

    def knows(self, position: Position) -> None:
        """Record that an entry is on the log."""
        self._known = position.offset

    async def read(self, after: Position, count: int, block_ms: int) -> list[StoredEntry]:
        """See `replica.ports.log.Log.read`; with ``block_ms`` 0 it does not wait."""
        if not (self._rest and self._rest[0].previous == after.offset):
            self._rest = deque(await self._page(after, count, block_ms))
        page = [self._rest.popleft() for _ in range(min(count, len(self._rest)))]
        entries = await parsed(after, page)
        if entries:
            self._known = entries[-1].position.offset
        return entries

    async def _page(self, after: Position, count: int, block_ms: int) -> list[Raw]:
        trusted = after.offset == self._known
        page = await self._stream.page(after.offset, trusted=trusted, wait_ms=block_ms)
        if page and page[0].position.sequence > after.sequence + 1:
            return await self._lineage.archived(after, count) or page
        return page
