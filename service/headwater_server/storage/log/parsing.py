"""Parses entries in short steps, and checks that each is chained to the one before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headwater_server.replica.faults import LogBroken, UnreadableEntry
from headwater_server.replica.ports.position import Position
from headwater_server.replica.steps import taken_in_steps
from headwater_server.storage.codecs.raw import Raw, check_chained
from headwater_server.storage.codecs.stored_entry import StoredEntry


async def parsed(after: Position, entries: Iterable[Raw]) -> list[StoredEntry]:
    """Return the entries up to the first invalid one; raise if that is the first of all."""
    return [*filter(None, await taken_in_steps(_parsing(after, entries)))]


def _parsing(after: Position, entries: Iterable[Raw]) -> Iterator[StoredEntry | None]:
    """Do it in short steps: yield None after each in which no entry was finished."""
    start = after
    try:
        for entry in entries:
            check_chained(after, entry)
            yield from entry.parsing()
            after = entry.position
    except (LogBroken, UnreadableEntry):
        if after == start:  # return the valid ones; the next read raises the error again
            raise
