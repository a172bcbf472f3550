"""The cells of one file, by our fields: the first of several columns, defaults, own SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater_server.reading.mapping.columns.sources import Source, placeholders
from headwater_server.reading.mapping.forms.form import Column, Form
from headwater_server.reading.sql import text_sql

ABSENT = "NULL::VARCHAR"


@dataclass(frozen=True)
class Fields:
    """Our fields as expressions over a source."""

    source: Source
    columns: Mapping[str, Column]
    defaults: Mapping[str, str]

    def has(self, field: str) -> bool:
        """Return whether the file can have the field at all."""
        return self.cell(field) != ABSENT

    def cell(self, field: str) -> str:
        """Return the expression of a field, `ABSENT` if the file lacks it and it has no default."""
        column = self.columns.get(field, Column())
        default = self.defaults.get(field, "")
        if column.sql:
            cells = [f"({self.source.filled(column.sql, field)})"]
        else:
            found = (self.source.cell(name) for name in column.names)
            cells = [cell for cell in found if cell]
        if len(cells) == 1 and not default:
            return cells[0]
        filled = [f"nullif({cell}, '')" for cell in cells]
        if default:
            filled.append(text_sql(default))
        return f"coalesce({', '.join(filled)})" if filled else ABSENT

    def cells(self, field: str) -> list[str]:
        """Return the expression of each column that a field may come from."""
        names = self.columns.get(field, Column()).names
        return [cell for name in names if (cell := self.source.cell(name))]

    def labels(self) -> dict[str, str]:
        """Return how the file calls each field that it has."""
        named = {}
        for field, column in self.columns.items():
            names = column.names or placeholders(column.sql)
            first = next((name for name in names if self.source.cell(name)), "")
            if first:
                named[field] = first
        return named


def fields_of(form: Form, source: Source) -> Fields:
    """Return the fields of a form over its source."""
    return Fields(source, form.columns, form.defaults)


def left_out_sql(form: Form, source: Source) -> list[str]:
    """Return a WHEN for each rule that leaves rows out."""
    cases = []
    for skip in form.skips:
        if skip.where:
            condition = source.filled(skip.where, "skip")
        else:
            cell = source.cell(skip.column) or ABSENT
            words = ", ".join(map(text_sql, skip.values))
            condition = f"coalesce({cell}, '') = ''" if skip.empty else f"{cell} IN ({words})"
        cases.append(f"WHEN {condition} THEN {text_sql(skip.reason)}")
    return cases
