"""SQL of a mapping that DuckDB does not take is the mapping's mistake, and is named as such."""

from __future__ import annotations

import duckdb

from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.names import BadMapping


def checked(sql: str, form: Form, connection: duckdb.DuckDBPyConnection) -> str:
    """Return ``sql``, which DuckDB can plan. Raises `BadMapping`; no row is read."""
    try:
        connection.execute(f"EXPLAIN {sql}")
    except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as error:
        first = str(error).splitlines()[0]
        raise BadMapping(
            f"mapping {form.preset}: the SQL of its {form.role} is not right: {first}"
        ) from None
    return sql
