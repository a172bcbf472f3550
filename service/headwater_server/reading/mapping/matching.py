"""Whether a table has a form: by its headers, its paths, or the look of its first row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatch
from functools import lru_cache

from headwater_server.reading.mapping.forms.form import Form, NamedTable
from headwater_server.reading.mapping.forms.json_paths import shown_in
from headwater_server.reading.mapping.names import same
from headwater_server.reading.opening.table import Table

_BY_NAME = 2  # how much a file's name adds to a match by its content


def points(form: Form, table: Table) -> int:
    """Return how much of the table the form explains, 0 if it does not match."""
    if form.sql and form.tables:
        return 0  # needs several tables: see `named_tables`
    if form.needs_file and not _named(form, table):
        return 0
    if form.header:
        return _points_of_look(form, table)
    if not form.match or _lacking(form.match, table):
        return 0
    if any(_has(name, table) for name in form.absent):
        return 0
    if form.exact and len(table.columns) != len(form.match):
        return 0
    exact = int(set(form.match) <= set(table.columns))  # ITEM_ID is Personalize's, item_id ours
    return 2 * len(form.match) + exact + _named(form, table)


def lacking(form: Form, table: Table) -> tuple[str, ...]:
    """Return the names of the form's match that the table does not have."""
    return _lacking(form.match, table)


def is_headerless(form: Form) -> bool:
    """Return whether the form is one of files without a header."""
    return bool(form.header)


def named_tables(form: Form, tables: Sequence[Table]) -> list[tuple[str, Table]]:
    """Return the tables of a form with its own SQL, each under the name that the SQL uses.

    Empty unless every table that the SQL needs is there.
    """
    if not form.tables:
        return [("file", table) for table in tables]
    found = [(one.name, table) for table in tables for one in form.tables if _is(one, table)]
    names = {name for name, _ in found}
    return found if names == {one.name for one in form.tables} else []


def _is(named: NamedTable, table: Table) -> bool:
    return not _lacking(named.match, table) and not any(_has(one, table) for one in named.absent)


def _lacking(names: Sequence[str], table: Table) -> tuple[str, ...]:
    return tuple(name for name in names if not _has(name, table))


def _has(name: str, table: Table) -> bool:
    if table.kind == "documents":
        return shown_in(name, table.paths)
    return same(name) in _headers(table.columns)


@lru_cache(maxsize=256)  # of files with the same header
def _headers(columns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(same(column) for column in columns if column)


def _named(form: Form, table: Table) -> int:
    return _BY_NAME if form.file and _has_name(form.file, table) else 0


def _has_name(pattern: str, table: Table) -> bool:
    return any(
        fnmatch(name.lower(), pattern) for name in (table.name.rsplit("/")[-1], table.path.name)
    )


def _points_of_look(form: Form, table: Table) -> int:
    """Match a file without a header: the first row has the look of data, in every column."""
    row = table.first_row
    if table.kind != "rows" or len(row) != len(form.header):
        return 0
    if not all(
        re.fullmatch(look, cell.strip()) for look, cell in zip(form.looks, row, strict=True)
    ):
        return 0
    return len(form.header) + _named(form, table)
