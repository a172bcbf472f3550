"""A mapping of events as SQL: cells under our names, then what they mean together."""

from __future__ import annotations

from typing import Literal

from duckdb import DuckDBPyConnection

from headwater_server.reading.mapping.columns.checked import checked
from headwater_server.reading.mapping.columns.emails import hashed_sql, hashes
from headwater_server.reading.mapping.columns.fields import (
    ABSENT,
    Fields,
    fields_of,
    left_out_sql,
)
from headwater_server.reading.mapping.columns.prices import price_of
from headwater_server.reading.mapping.columns.relation import source_for
from headwater_server.reading.mapping.compiled import EVENT_COLUMNS, Choice, CompiledEvents
from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.forms.timing import time_format, time_sql
from headwater_server.reading.mapping.names import same
from headwater_server.reading.meaning.event_types import (
    PURCHASE,
    RATING,
    returned_sql,
    type_sql,
    word_sql,
)
from headwater_server.reading.meaning.ratings import FIVE, found_scale
from headwater_server.reading.sql import text_sql

IMPLICIT = "detail-page-view"
"""What a rating of 0 says where 0 is no rating: the visitor knows the item."""
_PLAIN = (
    "session_id", "item_id", "quantity", "value", "reward", "event_id", "placement", "position",
)  # fmt: skip


def compile_events(choice: Choice, connection: DuckDBPyConnection) -> CompiledEvents:
    """Return the SQL of a file's events. Only the first rows of the file are looked at."""
    return _Compiling(choice, connection).compiled()


class _Compiling:
    def __init__(self, choice: Choice, connection: DuckDBPyConnection) -> None:
        self.form: Form = choice.mapping
        self._sample = choice.tables[0].sample
        self.connection = connection
        self.fields: Fields = fields_of(self.form, source_for(self.form, choice.tables))

    def compiled(self) -> CompiledEvents:
        price = price_of(self.form, self.fields, self.connection)
        cells = self._cells() | {"price": price.number, "currency_code": price.currency}
        named = ", ".join(f"{cell} AS {name}" for name, cell in cells.items())
        rows = f"SELECT _line, {named} FROM {self.fields.source.clause()}"
        typed = f"(SELECT *, {self._type()} AS type FROM ({rows}))"
        columns = self._columns()
        selected = ", ".join(columns[name] for name in EVENT_COLUMNS)
        sql = checked(f"SELECT {selected} FROM {typed}", self.form, self.connection)
        scale, note = self._scale(typed)
        return CompiledEvents(
            sql=sql,
            time=time_format(self.form),
            scale=scale,
            groups=self._groups(),
            drop_without=self.form.drop_without,
            labels=self.fields.labels(),
            notes=tuple(
                filter(None, (*self.form.notes, price.note, note, self._unused_types(rows)))
            ),
            lacks=self._lacks(cells),
        )

    def _unused_types(self, rows: str) -> str:
        """Say which types of the caller no row has; the file is read for it only if there are."""
        said = {same(one): one for one in self.form.said_types if one}
        if not said:
            return ""
        words = ", ".join(map(text_sql, said))
        sql = f"SELECT DISTINCT word FROM (SELECT {word_sql('_word')} AS word FROM ({rows}))"
        used = {
            one for (one,) in self.connection.execute(f"{sql} WHERE word IN ({words})").fetchall()
        }
        unused = [text for word, text in said.items() if word not in used]
        return f"no row has the event type {', '.join(unused)} of --type" if unused else ""

    def _lacks(self, cells: dict[str, str]) -> frozenset[str]:
        lacks = {name for name in EVENT_COLUMNS if cells.get(name) == ABSENT}
        if self.fields.has("order_id"):
            lacks.discard("event_id")
        return frozenset(lacks if self._groups() else {*lacks, "group_key"})

    def _cells(self) -> dict[str, str]:
        """Return the cells under our names; those that begin with `_` are for `_columns`."""
        user, visitor = self._person("user_id"), self._person("visitor_id")
        both = user if visitor == ABSENT else visitor
        if ABSENT not in {user, visitor}:
            both = f"coalesce(nullif({visitor}, ''), {user})"
        skips = " ".join(left_out_sql(self.form, self.fields.source))
        return {
            "_word": self.fields.cell("event_type"),
            "_order": self.fields.cell("order_id"),
            "_skip": f"CASE {skips} END" if skips else ABSENT,
            "event_time": time_sql(self.form, self.fields.cell("event_time")),
            "visitor_id": both,
            "user_id": user,
        } | {name: self.fields.cell(name) for name in _PLAIN}

    def _person(self, field: str) -> str:
        cell = self.fields.cell(field)
        return hashed_sql(cell, self.form) if hashes(self.form, field) and cell != ABSENT else cell

    def _type(self) -> str:
        if not self.fields.columns.get("event_type"):
            fixed = self.fields.defaults.get("event_type") or self.form.types.get("", "")
            known = text_sql(fixed)
        else:
            default = self.fields.defaults.get("event_type", "")
            known = type_sql("_word", self.form.types, default, self._seen())
        if self.form.rating.zero_is_implicit:
            known = (
                f"CASE WHEN {known} = '{RATING}' AND TRY_CAST(value AS DOUBLE) = 0 "
                f"THEN '{IMPLICIT}' ELSE {known} END"
            )
        return returned_sql(known, "quantity") if self.fields.has("quantity") else known

    def _seen(self) -> frozenset[str]:
        """Return the texts of the first rows; some of them are words for types."""
        cells = (one for row in self._sample for one in row.values())
        return frozenset(one for one in cells if isinstance(one, str))

    def _groups(self) -> Literal["", "record", "order"]:
        if self.form.explode:
            return "record" if self.form.explode_as == "items" else ""
        return "order" if self.fields.has("order_id") else ""

    def _columns(self) -> dict[str, str]:
        columns = {name: name for name in EVENT_COLUMNS}
        group = ABSENT
        if self.fields.has("order_id"):
            suffix = f"CASE WHEN type = '{PURCHASE}' THEN '' ELSE ':' || type END"
            group = f"CASE WHEN coalesce(_order, '') <> '' THEN _order || {suffix} END"
            columns["event_id"] = f"coalesce({group}, nullif(event_id, '')) AS event_id"
        if self._groups() == "record":
            group = "_line::VARCHAR"
        if self.fields.has("quantity"):
            columns["quantity"] = "ltrim(ltrim(quantity), '-') AS quantity"
        if self.form.rating.zero_is_implicit:
            columns["value"] = f"CASE WHEN type = '{RATING}' THEN value END AS value"
        if self.form.zero_is_none:
            is_one = f"type = '{RATING}' OR TRY_CAST(value AS DOUBLE) IS DISTINCT FROM 0"
            columns["value"] = f"CASE WHEN {is_one} THEN value END AS value"
        return columns | {
            "event_type": "type AS event_type",
            "group_key": f"{group} AS group_key",
            "left_out": f"{self._left_out()} AS left_out",
        }

    def _left_out(self) -> str:
        cases = ["WHEN _skip IS NOT NULL THEN _skip"] if self.form.skips else []
        if any(ours == "" for theirs, ours in self.form.types.items() if theirs):
            cases.append("WHEN type = '' THEN 'event type ' || _word || ' is left out'")
        if self.form.explode:
            what = "coalesce(_word, type)" if self.fields.has("event_type") else "''"
            cases.append(f"WHEN coalesce(item_id, '') = '' THEN trim('no item: ' || {what}, ' :')")
        return f"CASE {' '.join(cases)} END" if cases else ABSENT

    def _scale(self, rows: str) -> tuple[float, str]:
        """Return the highest rating: as the form says, or as the first rows show."""
        if self.form.rating.scale:
            return self.form.rating.scale, ""
        can_rate = RATING in {*self.form.types.values(), *self.form.defaults.values()}
        if not self.fields.has("value") or not (can_rate or self.fields.has("event_type")):
            return FIVE, ""
        return found_scale(self.connection, rows)
