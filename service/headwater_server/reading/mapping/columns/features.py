"""Features of items and accounts: named columns, or all that have no other meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from duckdb import DuckDBPyConnection

from headwater_server.reading.mapping.columns.emails import is_named_so
from headwater_server.reading.mapping.columns.sources import Source, placeholders
from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.names import same
from headwater_server.reading.opening.table import Table
from headwater_server.reading.sql import text_sql

_KIND = re.compile(r":(token|token_seq|float|float_seq)$")  # of RecBole's columns
NO_FEATURES = "'{}'"


def features_sql(form: Form, table: Table, source: Source, connection: DuckDBPyConnection) -> str:
    """Return the SQL of an object, name -> number or text; a column is numeric if all cells are."""
    if form.features_sql:
        return f"({source.filled(form.features_sql, 'features_sql')})"
    named = [(name, cell) for name in _names(form, table) if (cell := source.cell(name))]
    if not named:
        return NO_FEATURES
    numeric = _numeric([cell for _, cell in named], source, connection)
    parts = ", ".join(
        f"{text_sql(_short(name))}, "
        + (f"TRY_CAST({cell} AS DOUBLE)" if is_number else f"nullif({cell}, '')")
        for (name, cell), is_number in zip(named, numeric, strict=True)
    )
    return f"json_merge_patch('{{}}', json_object({parts}))"


def _short(name: str) -> str:
    return _KIND.sub("", name.lstrip("@").removeprefix("g:"))


def _numeric(
    cells: Sequence[str], source: Source, connection: DuckDBPyConnection
) -> Sequence[bool]:
    checks = ", ".join(
        f"count(*) FILTER (WHERE {cell} <> '') > 0 AND count(*) FILTER (WHERE {cell} <> '' AND "
        f"NOT coalesce(isfinite(TRY_CAST({cell} AS DOUBLE)), false)) = 0"
        for cell in cells
    )
    return connection.execute(f"SELECT {checks} FROM {source.clause()}").fetchone() or ()


def _names(form: Form, table: Table) -> Sequence[str]:
    if form.features is not None:
        return form.features
    used = {same(name) for column in form.columns.values() for name in column.names}
    used |= {same(name) for column in form.columns.values() for name in placeholders(column.sql)}
    used |= {same(name) for name in form.leave}
    if form.sql:
        every: Sequence[str] = form.gives
    elif table.kind == "documents":
        every = _scalars(table)
    else:
        every = form.header or table.columns
    kept = [name for name in every if name and same(name) not in used]
    if form.role == "users" and form.emails != "keep":  # an address says nothing of a taste
        return [name for name in kept if not is_named_so(name)]
    return kept


def _scalars(table: Table) -> list[str]:
    """Return the top-level keys that hold texts or numbers in the sample."""
    found: dict[str, bool] = {}
    for one in table.sample:
        for key, value in one.items():
            found[key] = found.get(key, True) and _is_scalar(value)
    return [key for key, scalar in found.items() if scalar]


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)
