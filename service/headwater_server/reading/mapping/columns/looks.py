"""What whole columns show that no row shows alone; looked at when the rows are in a table."""

from __future__ import annotations

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from headwater_server.reading.meaning.mangled import mangled_notes

IDS = ("visitor_id", "user_id", "item_id")


def look(table: str, connection: DuckDBPyConnection, labels: Mapping[str, str]) -> tuple[str, ...]:
    """Return notes about the ids of a table; ``labels``: how the file calls our columns."""
    cells = {labels.get(name, name): name for name in IDS if name in labels}
    return mangled_notes(connection, cells, table)
