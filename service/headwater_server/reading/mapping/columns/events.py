"""A mapping of events as SQL."""

from __future__ import annotations

from typing import Literal

from duckdb import DuckDBPyConnection

from headwater_server.reading.mapping.columns.fields import ABSENT, Fields, fields_of, left_out_sql
from headwater_server.reading.mapping.columns.relation import source_for
from headwater_server.reading.mapping.columns.sources import Source
from headwater_server.reading.mapping.compiled import Choice, CompiledEvents
from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.forms.timing import time_format, time_sql
from headwater_server.reading.meaning.event_types import (
    PURCHASE,
    RATING,
    returned_sql,
    type_sql,
)
from headwater_server.reading.meaning.mangled import mangled_notes
from headwater_server.reading.meaning.prices import currency_sql, number_sql, price_rule
from headwater_server.reading.meaning.ratings import FIVE, found_scale
from headwater_server.reading.sql import text_sql

IMPLICIT = "detail-page-view"
"""What a rating of 0 says where 0 is no rating: the visitor knows the item."""


def compile_events(choice: Choice, connection: DuckDBPyConnection) -> CompiledEvents:
    """Return the SQL of a file's events, and what was found in whole columns."""
    return _Compiling(choice, connection).compiled()


class _Compiling:
    def __init__(self, choice: Choice, connection: DuckDBPyConnection) -> None:
        self.form: Form = choice.mapping
        self.connection = connection
        self.source: Source = source_for(self.form, choice.tables)
        self.fields: Fields = fields_of(self.form, self.source)
        self.notes: list[str] = list(self.form.notes)

    def compiled(self) -> CompiledEvents:
        inner, columns = self._inner()
        scale, note = self._scale(f"({inner})")
        ids = {
            self.fields.labels().get(name, name): name
            for name in ("item_id", "visitor_id")
            if self.form.sql or self.fields.columns.get(name)
        }
        self.notes += mangled_notes(self.connection, ids, f"({inner})")
        self.notes += filter(None, [note])
        return CompiledEvents(
            sql=f"SELECT {', '.join(columns)} FROM ({inner})",
            time=time_format(self.form),
            scale=scale,
            groups=self._groups(),
            drop_without=self.form.drop_without,
            labels=self.fields.labels(),
            notes=tuple(self.notes),
        )

    def _scale(self, rows: str) -> tuple[float, str]:
        form = self.form
        if form.rating.scale:
            return form.rating.scale, ""
        can_rate = RATING in {*form.types.values(), *form.defaults.values()}
        if not self.fields.has("value") or not (can_rate or self.fields.has("event_type")):
            return FIVE, ""
        return found_scale(self.connection, rows)

    def _groups(self) -> Literal["", "record", "order"]:
        if self.form.explode:
            return "record" if self.form.explode_as == "items" else ""
        return "order" if self.fields.has("order_id") else ""

    def _inner(self) -> tuple[str, list[str]]:
        """Return a subquery of cells with our names, and the columns to select from it."""
        price, currency = self._price()
        user, visitor = self.fields.cell("user_id"), self.fields.cell("visitor_id")
        both = user if visitor == ABSENT else visitor
        if ABSENT not in {user, visitor}:
            both = f"coalesce(nullif({visitor}, ''), {user})"
        cells = {
            "raw_type": self._raw_type(),
            "event_time": time_sql(self.form, self.fields.cell("event_time")),
            "visitor_id": both,
            "user_id": user,
            "price": price,
            "currency_code": currency,
            "_order": self.fields.cell("order_id"),
            "_skip": self._case(left_out_sql(self.form, self.source)),
            "_record": f"{self.source.record}::VARCHAR",
        }
        for name in ("session_id", "item_id", "quantity", "value", "event_id", "placement"):
            cells[name] = self.fields.cell(name)
        cells["position"] = self.fields.cell("position")
        cells["_theirs"] = cells.pop("raw_type")
        named = ", ".join(f"{cell} AS {name}" for name, cell in cells.items())
        rows = f"SELECT _line, {named} FROM {self.source.clause()}"
        typed = f"SELECT *, {self._type('_theirs')} AS event_type0 FROM ({rows})"
        return typed, self._outer()

    def _raw_type(self) -> str:
        return self.fields.cell("event_type")

    def _type(self, cell: str) -> str:
        if not self.fields.columns.get("event_type"):
            fixed = self.fields.defaults.get("event_type") or self.form.types.get("", "")
            known = text_sql(fixed) if fixed else ABSENT
        else:
            known = type_sql(cell, self.form.types, self.fields.defaults.get("event_type", ""))
        if self.form.rating.zero_is_implicit:
            known = (
                f"CASE WHEN {known} = '{RATING}' AND TRY_CAST(value AS DOUBLE) = 0 "
                f"THEN '{IMPLICIT}' ELSE {known} END"
            )
        return returned_sql(known, "quantity") if self.fields.has("quantity") else known

    def _outer(self) -> list[str]:
        quantity = "ltrim(ltrim(quantity), '-')" if self.fields.has("quantity") else "quantity"
        value = "value"
        if self.form.rating.zero_is_implicit:
            value = f"CASE WHEN event_type0 = '{RATING}' THEN value END"
        suffix = f"CASE WHEN event_type0 = '{PURCHASE}' THEN '' ELSE ':' || event_type0 END"
        group, event_id = "NULL::VARCHAR", "event_id"
        if self.fields.has("order_id"):
            group = f"CASE WHEN coalesce(_order, '') <> '' THEN _order || {suffix} END"
            event_id = f"coalesce({group}, nullif(event_id, ''))"
        if self._groups() == "record":
            group = "_record"
        return [
            "_line", f"{event_id} AS event_id", "event_time", "event_type0 AS event_type",
            "visitor_id", "user_id", "session_id", "item_id", f"{quantity} AS quantity", "price",
            "currency_code", f"{value} AS value", f"{group} AS group_key", "placement", "position",
            f"{self._left_out()} AS left_out",
        ]  # fmt: skip

    def _left_out(self) -> str:
        cases = ["WHEN _skip IS NOT NULL THEN _skip"] if self.form.skips else []
        if any(ours == "" for theirs, ours in self.form.types.items() if theirs):
            cases.append("WHEN event_type0 = '' THEN 'event type ' || _theirs || ' is left out'")
        if self.form.explode:
            what = "coalesce(_theirs, event_type0)" if self.fields.has("event_type") else "''"
            cases.append(f"WHEN coalesce(item_id, '') = '' THEN trim('no item: ' || {what}, ' :')")
        return self._case(cases)

    def _case(self, cases: list[str]) -> str:
        return f"CASE {' '.join(cases)} END" if cases else ABSENT

    def _price(self) -> tuple[str, str]:
        price, currency = self.fields.cell("price"), self.fields.cell("currency_code")
        if price == ABSENT:
            return ABSENT, currency
        label = self.fields.labels().get("price", "price")
        source = self.source.clause()
        rule = price_rule(self.connection, price, source, label, self.form.decimal)
        self.notes += filter(None, [rule.note])
        if rule.style == "plain":
            return number_sql(price, "plain"), currency
        beside = currency_sql(price)
        both = beside if currency == ABSENT else f"coalesce({beside}, {currency})"
        return number_sql(price, rule.style), both
