"""Pages of rows from a log: bounded memory, however long it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from headwater_server.exporting.columns import Row
from headwater_server.exporting.erasures import Erasures
from headwater_server.exporting.rows import rows_of
from headwater_server.replica.ports.log import LoggedEntry
from headwater_server.replica.ports.position import START, Position

PAGE_ROWS = 5_000


class ReadableLog(Protocol):
    """What an export needs of a log; an archive alone has it, too."""

    async def head(self) -> Position:
        """Return the position of the last entry."""

    def iterate(self, after: Position, until: str | None = None) -> AsyncIterator[LoggedEntry]:
        """Yield the entries after ``after``, up to and including the offset ``until``."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and how far the log was read for them."""

    rows: list[Row]
    sequence: int


async def erasures_of(
    log: ReadableLog,
    head: Position,
    on_entry: Callable[[int], None] = lambda _: None,
    *,
    after: Position = START,
) -> Erasures:
    """Return who was erased after ``after`` up to ``head``: the first of two passes over the log.

    They are all that hide an operation after ``after``.
    """
    erasures = Erasures()
    if head == after:
        return erasures
    async for logged in log.iterate(after, head.offset):
        if logged.erases:
            erasures.collect(logged.position.sequence, logged.entry)
        on_entry(logged.position.sequence)
    return erasures


async def log_pages(
    log: ReadableLog, table: str, erasures: Erasures, head: Position
) -> AsyncIterator[Page]:
    """Yield the rows of ``events`` or ``lists`` up to ``head``, in the order of the log."""
    rows: list[Row] = []
    if head == START:
        return
    async for logged in log.iterate(START, head.offset):
        position = logged.position
        rows += rows_of(table, logged.entry, position, erasures)
        if len(rows) >= PAGE_ROWS:
            yield Page(rows, position.sequence)
            rows = []
    yield Page(rows, head.sequence)
