"""Many files of one form as one table: a query for all, where each had taken a dozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from headwater_server.reading.opening.table import FILE_BITS, LINE, Table
from headwater_server.reading.session import Session

SAMPLE = 1000


def joined(tables: Sequence[Table], session: Session) -> Table:
    """Return tables of equal columns as one. Their rows are numbered as `FILE_BITS` says."""
    first = tables[0]
    sample: tuple[Mapping[str, Any], ...] = tuple(
        islice(chain.from_iterable(one.sample for one in tables), SAMPLE)
    )
    together = all(one.path == first.path for one in tables)
    name = f"{first.path}: {len(tables):,} files"
    return replace(
        first,
        name=name if together else f"{first.name} and {len(tables) - 1:,} more files",
        relation=session.new_name("joined"),
        sample=sample,
        encoding=", ".join(dict.fromkeys(one.encoding for one in tables)),
        container=", ".join(dict.fromkeys(one.container for one in tables if one.container)),
        parts=tuple(replace(one, sample=()) for one in tables),
    )


@dataclass(frozen=True)
class Where:
    """A row's file, by the name of a person, and the line in it on which the row begins."""

    name: str
    line: int


def where(table: Table, rows: set[int], session: Session) -> dict[int, Where]:
    """Return where rows of a table are. The files are read again, so it is for messages only."""
    if not table.parts:
        return {row: Where(table.name, line) for row, line in table.lines_of(rows).items()}
    found: dict[int, Where] = {}
    for number in {row >> FILE_BITS for row in rows}:
        part = table.parts[number]
        first = number << FILE_BITS
        before = session.row(f"SELECT count(*) FROM {table.relation} WHERE {LINE} < {first}")[0]
        inner = {row: row - first - before for row in rows if row >> FILE_BITS == number}
        lines = part.lines_of(set(inner.values()))
        found |= {row: Where(part.name, lines[place]) for row, place in inner.items()}
    return found
