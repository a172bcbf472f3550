"""A text of rows and cells as a relation of DuckDB: all cells are texts."""

from __future__ import annotations

from pathlib import Path

from headwater_server.reading.opening.above import lines_above, without_lines
from headwater_server.reading.opening.dialect import NAMES, Dialect, dialect_of, line_of_header
from headwater_server.reading.opening.encoding import Text
from headwater_server.reading.opening.places import Source
from headwater_server.reading.opening.table import Table
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session

SAMPLE_ROWS = 100
SAMPLE_OF_MANY = 10


def table_of_rows(source: Source, text: Text, session: Session) -> Table:
    """Open a text of rows: its delimiter is found, and whether its first row holds names."""
    above = lines_above(text.head)
    head = without_lines(text.head, above)
    if line := line_of_header(head):
        reason = f"the header seems to be in line {above + line}: remove the lines above it"
        raise BadFile(Path(source.name), [Problem(1, "", reason)])
    dialect = dialect_of(head)
    first = dialect.rows[0] if dialect.rows else ()
    names = tuple(cell.strip() for cell in first) if dialect.has_header else ("",) * len(first)
    return Table(
        name=source.name,
        path=source.given,
        relation=session.new_name("rows"),
        kind="rows",
        columns=names,
        has_header=dialect.has_header,
        first_row=first,
        sample=_sample(dialect, names, SAMPLE_OF_MANY if source.from_many else SAMPLE_ROWS),
        encoding=text.encoding,
        delimiter=dialect.delimiter,
        container=source.container,
        from_many=source.from_many,
        text_path=text.path,
        quote=dialect.quote,
        row_bytes=text.longest_run,
        lines_above=above,
    )


def _sample(dialect: Dialect, names: tuple[str, ...], most: int) -> tuple[dict[str, str], ...]:
    rows = dialect.rows[dialect.has_header :][:most]
    shown = [name or f"c{place}" for place, name in enumerate(names)]
    return tuple(dict(zip(shown, row, strict=False)) for row in rows)


def delimiter_said(table: Table) -> str:
    """Return the delimiter in words."""
    return NAMES.get(table.delimiter, repr(table.delimiter))
