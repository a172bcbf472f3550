"""A mapping of accounts as SQL."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from headwater_server.reading.mapping.columns.checked import checked
from headwater_server.reading.mapping.columns.emails import hashed_sql, hashes
from headwater_server.reading.mapping.columns.features import features_sql
from headwater_server.reading.mapping.columns.fields import ABSENT, fields_of, left_out_sql
from headwater_server.reading.mapping.columns.relation import source_for
from headwater_server.reading.mapping.compiled import USER_COLUMNS, Choice, CompiledUsers


def compile_users(choice: Choice, connection: DuckDBPyConnection) -> CompiledUsers:
    """Return the SQL of a file's accounts."""
    form = choice.mapping
    source = source_for(form, choice.tables)
    fields = fields_of(form, source)
    cases, user = " ".join(left_out_sql(form, source)), fields.cell("user_id")
    cells = {
        "user_id": hashed_sql(user, form) if hashes(form, "user_id") else user,
        "features": features_sql(form, choice.tables[0], source, connection),
        "left_out": f"CASE {cases} END" if cases else ABSENT,
    }
    named = ", ".join(f"{cell} AS {name}" for name, cell in cells.items())
    rows = f"SELECT _line, {named} FROM {source.clause()}"
    sql = checked(f"SELECT {', '.join(USER_COLUMNS)} FROM ({rows})", form, connection)
    return CompiledUsers(sql, fields.labels(), form.notes)
