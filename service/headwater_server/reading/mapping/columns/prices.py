"""The price of a row and its currency, by the one rule of its column."""

from __future__ import annotations

from typing import NamedTuple

from duckdb import DuckDBPyConnection

from headwater_server.reading.mapping.columns.fields import ABSENT, Fields
from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.meaning.prices import currency_sql, number_sql, price_rule


class Price(NamedTuple):
    """SQL of the number and of the currency; what was found in the column."""

    number: str
    currency: str
    note: str = ""


def price_of(form: Form, fields: Fields, connection: DuckDBPyConnection) -> Price:
    """Return the price of a form's rows."""
    price, currency = fields.cell("price"), fields.cell("currency_code")
    if price == ABSENT:
        return Price(ABSENT, currency)
    label = fields.labels().get("price", "price")
    rule = price_rule(connection, price, fields.source.clause(), label, form.decimal)
    number = number_sql(price, rule.style)
    if rule.style == "plain":
        return Price(number, currency, rule.note)
    beside = [currency_sql(cell) for cell in fields.cells("price") or [price]]
    own = [] if currency == ABSENT else [f"nullif({currency}, '')"]
    return Price(number, f"coalesce({', '.join([*beside, *own])})", rule.note)
