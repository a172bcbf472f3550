"""A mapping of items as SQL: cells, then variants folded to their products."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from headwater_server.reading.mapping.columns.checked import checked
from headwater_server.reading.mapping.columns.features import features_sql
from headwater_server.reading.mapping.columns.fields import ABSENT, Fields, fields_of, left_out_sql
from headwater_server.reading.mapping.columns.prices import price_of
from headwater_server.reading.mapping.columns.relation import source_for
from headwater_server.reading.mapping.columns.sources import Source
from headwater_server.reading.mapping.compiled import ITEM_COLUMNS, Choice, CompiledItems
from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.forms.timing import time_format
from headwater_server.reading.meaning.addresses import address_sql
from headwater_server.reading.meaning.availability import availability_sql
from headwater_server.reading.meaning.availability_notes import availability_notes
from headwater_server.reading.meaning.categories import categories_sql, list_sql, path_mark
from headwater_server.reading.meaning.mangled import mangled_notes
from headwater_server.reading.meaning.variants import (
    aliases_sql,
    filled_sql,
    folded_sql,
    newest_sql,
)

NO_LIST = "NULL::VARCHAR[]"


def compile_items(choice: Choice, connection: DuckDBPyConnection) -> CompiledItems:
    """Return the SQL of a file's items, and what was found in whole columns."""
    return _Compiling(choice, connection).compiled()


class _Compiling:
    def __init__(self, choice: Choice, connection: DuckDBPyConnection) -> None:
        self.form: Form = choice.mapping
        self.table = choice.tables[0]
        self.connection = connection
        self.source: Source = source_for(self.form, choice.tables)
        self.fields: Fields = fields_of(self.form, self.source)
        self.notes: list[str] = list(self.form.notes)

    def compiled(self) -> CompiledItems:
        rows = checked(self._rows(), self.form, self.connection)
        if self.form.newest:
            rows = newest_sql(rows)
        aliases = ""
        if self.fields.has("parent"):
            fold = self.form.variants == "fold"
            aliases = aliases_sql(rows) if fold else ""
            rows = folded_sql(rows) if fold else filled_sql(rows)
        label = self.fields.labels().get("item_id", "item_id")
        self.notes += mangled_notes(self.connection, {label: "item_id"}, f"({rows})")
        if self.fields.has("available"):
            self.notes += availability_notes(
                self.connection, self.fields.labels().get("available", "available"), rows
            )
        return CompiledItems(
            sql=f"SELECT {', '.join(ITEM_COLUMNS)} FROM ({rows})",
            aliases=aliases,
            time=time_format(self.form),
            labels=self.fields.labels(),
            notes=tuple(self.notes),
        )

    def _rows(self) -> str:
        price = price_of(self.form, self.fields, self.connection)
        self.notes += filter(None, [price.note])
        cells = {
            "item_id": self.fields.cell("item_id"),
            "title": f"nullif(trim({self.fields.cell('title')}), '')",
            "categories": self._categories(),
            "tags": self._tags(),
            "price": price.number,
            "currency_code": price.currency,
            "available": self._available(),
            "publish_time": self.fields.cell("publish_time"),
            "expire_time": self.fields.cell("expire_time"),
            "image_uri": address_sql(self.fields.cell("image_uri")),
            "uri": address_sql(self.fields.cell("uri")),
            "group_id": f"nullif(trim({self.fields.cell('group_id')}), '')",
            "features": features_sql(self.form, self.table, self.source, self.connection),
            "parent": f"nullif(trim({self.fields.cell('parent')}), '')",
            "alias": self.fields.cell("alias"),
        }
        cases = " ".join(left_out_sql(self.form, self.source))
        cells["left_out"] = f"CASE {cases} END" if cases else ABSENT
        named = ", ".join(f"{cell} AS {name}" for name, cell in cells.items())
        rows = f"SELECT _line, {named} FROM {self.source.clause()}"
        if self.form.explode or self.form.newest:  # an element, or an event, without a product
            return f"SELECT * FROM ({rows}) WHERE coalesce(item_id, '') <> ''"
        return rows

    def _categories(self) -> str:
        cell = self.fields.cell("categories")
        if cell == ABSENT:
            return NO_LIST
        mark = self.form.path_separator or path_mark(self.connection, cell, self.source.clause())
        if mark == "/" and not self.form.path_separator:
            label = self.fields.labels().get("categories", "categories")
            self.notes.append(f"{label}: / is read as the mark between the parts of a path")
        separator = self.form.category_separator or "|"
        return categories_sql(cell, "" if separator == "none" else separator, mark)

    def _tags(self) -> str:
        cell = self.fields.cell("tags")
        return NO_LIST if cell == ABSENT else list_sql(cell, self.form.tag_separator or "|")

    def _available(self) -> str:
        available, quantity = self.fields.cell("available"), self.fields.cell("quantity")
        words = [availability_sql(cell) for cell in (available, quantity) if cell != ABSENT]
        return f"coalesce({', '.join(words)})" if words else ABSENT
