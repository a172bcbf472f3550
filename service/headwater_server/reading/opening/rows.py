"""A text of rows and cells as a relation of DuckDB: all cells are texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from headwater_server.reading.opening.dialect import NAMES, Dialect, dialect_of
from headwater_server.reading.opening.encoding import Text
from headwater_server.reading.opening.places import Source
from headwater_server.reading.opening.table import LINE, Table
from headwater_server.reading.session import Session, literal

SAMPLE_ROWS = 100
ROW_BYTES_MAX = 1 << 30  # of one row; a cell may be that long
ROW_BYTES = 4 << 20


def table_of_rows(source: Source, text: Text, session: Session) -> Table:
    """Open a text of rows: its delimiter is found, and whether its first row holds names."""
    dialect = dialect_of(text.head)
    first = dialect.rows[0] if dialect.rows else ()
    names = tuple(cell.strip() for cell in first) if dialect.has_header else ("",) * len(first)
    table = Table(
        name=source.name,
        path=source.given,
        relation=session.new_name("rows"),
        kind="rows",
        columns=names,
        has_header=dialect.has_header,
        first_row=first,
        sample=_sample(dialect, names),
        encoding=text.encoding,
        delimiter=dialect.delimiter,
        container=source.container,
        from_many=source.from_many,
        text_path=text.path,
        quote=dialect.quote,
    )
    _make_views(table, dialect, text, session)
    return table


def _sample(dialect: Dialect, names: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    rows = dialect.rows[dialect.has_header :][:SAMPLE_ROWS]
    shown = [name or f"c{place}" for place, name in enumerate(names)]
    return tuple(dict(zip(shown, row, strict=False)) for row in rows)


def _make_views(table: Table, dialect: Dialect, text: Text, session: Session) -> None:
    views = [(table.relation, table.has_header)]
    if table.has_header:
        views.append((f"{table.relation}_all", False))
    for name, has_header in views:
        source = read_csv(
            text.path, dialect.width, dialect.delimiter, dialect.quote,
            has_header=has_header, rejects=rejects_of(name), row_bytes=text.longest_run,
        )  # fmt: skip
        session.connection.execute(
            f"CREATE VIEW {name} AS SELECT row_number() OVER () AS {LINE}, * FROM {source}"
        )


def rejects_of(relation: str) -> str:
    """Return the name of the table of rows that do not fit into a relation."""
    return f"{relation}_rejects"


def read_csv(
    path: Path,
    width: int,
    delimiter: str,
    quote: str,
    *,
    has_header: bool,
    rejects: str,
    row_bytes: int = 0,
) -> str:
    """Return the SQL that reads a text as ``width`` columns of texts; nothing is guessed."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    longest = min(max(ROW_BYTES, row_bytes), ROW_BYTES_MAX)
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, header = {str(has_header).lower()}, "
        f"delim = {literal(delimiter)}, quote = {literal(quote)}, escape = {literal(quote)}, "
        f"columns = {{{columns}}}, store_rejects = true, rejects_table = '{rejects}', "
        f"rejects_scan = '{rejects}_scan', max_line_size = {longest})"
    )


def delimiter_said(table: Table) -> str:
    """Return the delimiter in words."""
    return NAMES.get(table.delimiter, repr(table.delimiter))


def renamed(table: Table, names: tuple[str, ...]) -> Table:
    """Return a table without a header whose columns have these names."""
    return replace(table.without_header(), columns=names)
