"""Prices as shops write them: `89.90 EUR`, `89,90`, `$12.00`, `1.299,00 €`. One rule a column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from duckdb import DuckDBPyConnection

Style = Literal["plain", "point", "comma", "mixed"]

SYMBOLS = {
    "€": "EUR", "£": "GBP", "R$": "BRL", "A$": "AUD", "C$": "CAD", "CA$": "CAD", "AU$": "AUD",
    "US$": "USD", "HK$": "HKD", "NZ$": "NZD", "$": "USD", "¥": "JPY", "₹": "INR", "₽": "RUB",
    "₩": "KRW", "₺": "TRY", "zł": "PLN", "₴": "UAH", "₪": "ILS", "฿": "THB", "₫": "VND",
    "Kč": "CZK", "CHF": "CHF",
}  # fmt: skip
FIRST = 200
_LETTERS = r"\p{L}+\.?|[^0-9,.\-]"


@dataclass(frozen=True)
class PriceRule:
    """How the numbers of a column are written, and what has to be said about it.

    plain: as Python writes them; a later cell that is not is read by itself, as in mixed.
    """

    style: Style
    note: str = ""


_COMMA = (r"\..*,\d*$", r",(\d{1,2}|\d{4,})$", r"\.\d{3}\.\d{3}$")
_POINT = (r",.*\.\d*$", r"^[^.]*\.(\d{1,2}|\d{4,})$", r",\d{3},\d{3}$")
_UNSURE = (r"^[^.,]*[.,]\d{3}$",)


def _style_sql(cell: str, source: str) -> str:
    """Return a SELECT of how many cells show a decimal comma, a decimal point, neither, a $."""
    comma, point, unsure = (
        " OR ".join(f"regexp_matches(s, '{one}')" for one in marks)
        for marks in (_COMMA, _POINT, _UNSURE)
    )
    cells = f"SELECT {cell} AS x FROM {source}"
    bare = f"SELECT x, regexp_replace(x, '{_LETTERS}', '', 'g') AS s FROM ({cells})"
    return (
        f"SELECT count(*) FILTER (WHERE {comma}), count(*) FILTER (WHERE {point}), "
        f"any_value(x) FILTER (WHERE {unsure}), "
        f"count(*) FILTER (WHERE contains(x, '$') AND NOT regexp_matches(x, '[A-Z]{{2,3}}')) "
        f"FROM ({bare})"
    )


def price_rule(
    connection: DuckDBPyConnection, cell: str, source: str, label: str, decimal: str = ""
) -> PriceRule:
    """Look at the whole column: which mark is the decimal one, and is that certain?"""
    if not decimal and _seem_plain(connection, cell, source):
        return PriceRule("plain")
    comma, point, example, dollars = _row(connection, _style_sql(cell, source))
    note = f"{label}: $ is read as USD" if dollars else ""
    if decimal:
        return PriceRule("comma" if decimal == "," else "point", note)
    if comma and point:
        mixed = (
            f"{label}: some prices have a decimal point, others a decimal comma; each is read by "
            "itself"
        )
        return PriceRule("mixed", "; ".join(filter(None, (mixed, note))))
    if comma or point:
        return PriceRule("comma" if comma else "point", note)
    if not example:
        return PriceRule("point", note)
    style: Style = "point" if "," in example else "comma"
    text = (
        f"{label}: {example!r} may be thousands or three decimals; it is read as thousands, since "
        'no price of the column decides it (decimal = "," or "." in a mapping does)'
    )
    return PriceRule(style, "; ".join(filter(None, (text, note))))


def _seem_plain(connection: DuckDBPyConnection, cell: str, source: str) -> bool:
    """Return whether the first cells are plain numbers; a look at all reads the file again."""
    first = f"SELECT {cell} AS x FROM {source} LIMIT {FIRST}"
    odd = "count(*) FILTER (WHERE x <> '' AND TRY_CAST(x AS DOUBLE) IS NULL)"
    return not _row(connection, f"SELECT {odd} FROM ({first})")[0]


def number_sql(cell: str, style: Style) -> str:
    """Return the SQL of the plain number; a cell without a number stays as it is."""
    if style == "plain":
        odd = f"{cell} <> '' AND TRY_CAST({cell} AS DOUBLE) IS NULL"
        return f"CASE WHEN {odd} THEN {number_sql(cell, 'mixed')} ELSE {cell} END"
    bare = f"regexp_replace({cell}, '{_LETTERS}', '', 'g')"
    point = f"replace({bare}, ',', '')"
    comma = f"replace(replace({bare}, '.', ''), ',', '.')"
    number = {
        "point": point,
        "comma": comma,
        "mixed": f"CASE WHEN regexp_matches({bare}, ',\\d{{1,2}}$') THEN {comma} ELSE {point} END",
    }[style]
    sign = f"CASE WHEN regexp_matches({cell}, '^\\(.*\\)$') THEN '-' ELSE '' END"
    read = f"{sign} || rtrim({number}, '.-')"
    is_price = f"regexp_matches({cell}, '\\d') AND NOT contains({cell}, '@')"  # no address
    return f"CASE WHEN {is_price} THEN {read} ELSE {cell} END"


def currency_sql(cell: str) -> str:
    """Return the SQL of the currency beside a price, NULL if there is none."""
    marks = sorted(SYMBOLS, key=len, reverse=True)
    cases = " ".join(f"WHEN contains({cell}, '{mark}') THEN '{SYMBOLS[mark]}'" for mark in marks)
    code = f"regexp_extract({cell}, '\\b([A-Z]{{3}})\\b', 1)"
    return f"CASE WHEN {code} <> '' THEN {code} {cases} END"


def _row(connection: DuckDBPyConnection, sql: str) -> tuple:  # type: ignore[type-arg]
    return connection.execute(sql).fetchone() or ()
