"""Yields the entries of a log page by page, whichever store has it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from headwater_server.replica.ports.position import Position, offset_key
from headwater_server.storage.codecs.stored_entry import StoredEntry


async def entries_of(
    page_after: Callable[[Position], Awaitable[Sequence[StoredEntry]]],
    after: Position,
    until: str | None,
) -> AsyncIterator[StoredEntry]:
    """Yield entries after a position, up to and including the offset ``until``."""
    end = offset_key(until) if until else None
    while page := await page_after(after):
        for entry in page:
            if end is not None and offset_key(entry.position.offset) > end:
                return
            yield entry
        after = page[-1].position
        if after.offset == until:
            return  # the next entry may be unreadable, and is not needed
