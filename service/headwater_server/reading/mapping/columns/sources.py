"""Where cells come from: a table of rows, documents, or the result of a form's own SQL.

Each source knows the SQL expression for a column's name, and the FROM clause that goes with them.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.forms.json_paths import json_path
from headwater_server.reading.mapping.names import BadMapping, same
from headwater_server.reading.opening.table import Table
from headwater_server.reading.sql import name_sql, text_sql

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


class Source(ABC):
    """Cells of one relation, as expressions of SQL that give texts."""

    @abstractmethod
    def cell(self, name: str) -> str | None:
        """Return the expression for the column ``name``, None if there is no such column."""

    @abstractmethod
    def clause(self) -> str:
        """Return the FROM clause for all cells that were asked for so far."""

    @property
    def record(self) -> str:
        """The expression that all elements of one exploded record share."""
        return "_line"

    def filled(self, sql: str, where: str) -> str:
        """Return ``sql`` with the expression of each ``{column}``; NULL for one that is absent."""
        del where
        return _PLACEHOLDER.sub(lambda found: self.cell(found[1]) or "NULL::VARCHAR", sql)


class Rows(Source):
    """A table with columns; a form's ``header`` names those of a file without one."""

    def __init__(self, table: Table, header: Sequence[str] = ()) -> None:
        self._relation = table.relation
        self._names: dict[str, str] = {}
        for number, name in enumerate(header or table.columns):
            self._names.setdefault(same(name), f"c{number}")

    def cell(self, name: str) -> str | None:
        """Return the column of that name; upper case, spaces, `_` and `-` do not matter."""
        return self._names.get(same(name))

    def clause(self) -> str:
        """Return the table itself."""
        return name_sql(self._relation)


class Documents(Source):
    """JSON objects; a name is a path, and `@…` is within the element of the exploded list.

    `@` alone is the element, `@@…` is within the element of a second list that runs beside the
    first, and `@#` is the element's number from 1. All paths of one document are extracted by one
    call, so that each document is parsed once.
    """

    def __init__(self, table: Table, explode: Sequence[str] = ()) -> None:
        self._relation = table.relation
        self._explode = tuple(explode)
        self._paths: list[str] = []
        self._inner: tuple[list[str], ...] = tuple([] for _ in explode)

    def cell(self, name: str) -> str | None:
        """Return the text at a path; a document that lacks it gives NULL."""
        if name == "doc":
            return "doc"
        if not name.startswith("@") or not self._explode:
            return f"p[{_place(self._paths, json_path(name))}]"
        if name == "@#":
            return "_i::VARCHAR"
        which = len(name) - len(name.lstrip("@")) - 1
        if which >= len(self._explode):
            return None
        return f"q{which}[{_place(self._inner[which], json_path(name.lstrip('@')))}]"

    @property
    def record(self) -> str:
        """A document is one record."""
        return "_line"

    def clause(self) -> str:
        """Return a subquery that extracts what was asked for."""
        outer = f"json_extract_string(doc, {_list(self._paths)}) AS p"
        if not self._explode:
            return f"(SELECT _line, doc, {outer} FROM {name_sql(self._relation)})"
        lists = ", ".join(
            f"{_elements(path)} AS l{number}" for number, path in enumerate(self._explode)
        )
        taken = ", ".join(f"l{number}[_i] AS e{number}" for number in range(len(self._explode)))
        inner = ", ".join(
            f"json_extract_string(e{number}, {_list(self._inner[number])}) AS q{number}"
            for number in range(len(self._explode))
        )
        return (
            f"(SELECT _line, doc, p, _i, {inner} FROM (SELECT _line, doc, p, _i, {taken} FROM "
            f"(SELECT *, unnest(range(1, greatest(1, len(l0)) + 1)) AS _i FROM "
            f"(SELECT _line, doc, {outer}, {lists} FROM {name_sql(self._relation)}))))"
        )


class Query(Source):
    """The result of a form's own SQL over named tables."""

    def __init__(self, form: Form, tables: Sequence[tuple[str, Table]]) -> None:
        self._names = {same(name): name_sql(name) for name in form.gives}
        named: dict[str, list[Table]] = {}
        for name, table in tables:
            named.setdefault(name, []).append(table)
        views = ", ".join(
            f"{name_sql(name)} AS ({_union(every, form.header)})" for name, every in named.items()
        )
        self._sql = f"(WITH {views} {form.sql})"

    def cell(self, name: str) -> str | None:
        """Return a column that the form says its SQL gives."""
        return self._names.get(same(name))

    def clause(self) -> str:
        """Return the query."""
        return self._sql


def _union(tables: Sequence[Table], header: Sequence[str]) -> str:
    return " UNION ALL BY NAME ".join(_with_names(table, header) for table in tables)


def _with_names(table: Table, header: Sequence[str]) -> str:
    if table.kind == "documents":
        return f"SELECT _line, doc FROM {name_sql(table.relation)}"
    seen: dict[str, str] = {}
    for number, name in enumerate(header or table.columns):
        seen.setdefault(same(name).replace("-", "_"), f"c{number}")
    named = ", ".join(f"{cell} AS {name_sql(name)}" for name, cell in seen.items() if name)
    return f"SELECT _line, {named} FROM {name_sql(table.relation)}"


def _place(paths: list[str], path: str) -> int:
    if path not in paths:
        paths.append(path)
    return paths.index(path) + 1


def _list(paths: Sequence[str]) -> str:
    return "[" + ", ".join(map(text_sql, paths or ["$._"])) + "]"


def _elements(path: str) -> str:
    """Return the list at ``path``: one object there is a list of one, nothing is an empty list."""
    found = f"json_extract(doc, {text_sql(json_path(path))})"
    return (
        f"CASE json_type({found}) WHEN 'ARRAY' THEN CAST({found} AS JSON[]) "
        f"WHEN 'NULL' THEN []::JSON[] ELSE CASE WHEN {found} IS NULL THEN []::JSON[] "
        f"ELSE [{found}] END END"
    )


def placeholders(sql: str) -> list[str]:
    """Return the columns that the SQL of a mapping names.

    >>> placeholders("lower({Name}) || {E-mail}")
    ['Name', 'E-mail']
    """
    return _PLACEHOLDER.findall(sql)


def source_of(form: Form, table: Table) -> Source:
    """Return the source of one table under a form without SQL of its own."""
    if table.kind == "documents":
        return Documents(table, form.explode)
    if form.explode:
        raise BadMapping(f"{table.name}: {form.preset} has lists in documents, not rows")
    return Rows(table, form.header)
