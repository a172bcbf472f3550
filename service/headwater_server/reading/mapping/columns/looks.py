"""What whole columns show that no row shows alone; looked at when the rows are in a table."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from headwater_server.reading.meaning.mangled import mangled_notes


def look(table: str, connection: DuckDBPyConnection) -> tuple[str, ...]:
    """Return notes about the ids of a table with the columns ``visitor_id`` and ``item_id``."""
    cells = {name: name for name in ("visitor_id", "item_id")}
    return mangled_notes(connection, cells, table)
