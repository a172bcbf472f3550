"""The relation of a table as a view of DuckDB: of one file, or of many of one form."""

from __future__ import annotations

from headwater_server.reading.opening.table import DOCUMENT, FILE_BITS, LINE, Table
from headwater_server.reading.session import Session, literal

ROW_BYTES_MAX = 1 << 30  # of one row; a cell may be that long
ROW_BYTES = 4 << 20
NO_VALUES = "['', '\\N']"  # databases write \N
NO_CHARACTER = "\x01"  # a line of JSON is one cell: it has no delimiter


def make_view(table: Table, session: Session) -> None:
    """Make the view that a table names. It costs as much as a small file, so it is made late."""
    if table.parquet:
        rows = f"SELECT {_line(table)}, {table.selected} FROM read_parquet({_paths(table)})"
    elif table.kind == "documents":
        source = _read_csv(table, 1, NO_CHARACTER, "", has_header=False)
        rows = f"SELECT {_line(table)}, c0 AS {DOCUMENT} FROM {source} WHERE trim(c0) <> ''"
    else:
        source = _read_csv(
            table, len(table.first_row), table.delimiter, table.quote, has_header=table.has_header
        )
        rows = f"SELECT {_line(table)}, * FROM {source}"
    session.connection.execute(f"CREATE OR REPLACE VIEW {table.relation} AS {rows}")


def rejects_of(relation: str) -> str:
    """Return the name of the table of rows that do not fit into a relation."""
    return f"{relation}_rejects"


def scans_of(relation: str) -> str:
    """Return the name of the table that says which file a rejected row is of."""
    return f"{relation}_rejects_scan"


def _line(table: Table) -> str:
    number = "row_number() OVER ()"
    return f"{f'(file_index << {FILE_BITS}) + {number}' if table.parts else number} AS {LINE}"


def _paths(table: Table) -> str:
    return f"[{', '.join(literal(str(one.data_path)) for one in table.files)}]"


def _read_csv(table: Table, width: int, delimiter: str, quote: str, *, has_header: bool) -> str:
    """Return the SQL that reads texts as ``width`` columns of texts; nothing is guessed."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    longest = min(max(ROW_BYTES, *(one.row_bytes for one in table.files)), ROW_BYTES_MAX)
    return (
        f"read_csv({_paths(table)}, auto_detect = false, header = {str(has_header).lower()}, "
        f"delim = {literal(delimiter)}, quote = {literal(quote)}, escape = {literal(quote)}, "
        f"columns = {{{columns}}}, nullstr = {NO_VALUES}, skip = {table.lines_above}, "
        "store_rejects = true, compression = 'none', "  # else by the name: .gz of a text
        f"rejects_table = '{rejects_of(table.relation)}', "
        f"rejects_scan = '{scans_of(table.relation)}', max_line_size = {longest})"
    )
