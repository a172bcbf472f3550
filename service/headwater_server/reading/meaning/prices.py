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


_STYLE = """
SELECT count(*) FILTER (WHERE x <> '' AND TRY_CAST(x AS DOUBLE) IS NULL),
  count(*) FILTER (WHERE regexp_matches(s, '\\..*,\\d*$') OR regexp_matches(s, ',(\\d{{1,2}}|\\d{{4,}})$')
    OR regexp_matches(s, '\\.\\d{{3}}\\.\\d{{3}}$')),
  count(*) FILTER (WHERE regexp_matches(s, ',.*\\.\\d*$')
    OR regexp_matches(s, '^[^.]*\\.(\\d{{1,2}}|\\d{{4,}})$') OR regexp_matches(s, ',\\d{{3}},\\d{{3}}$')),
  count(*) FILTER (WHERE regexp_matches(s, '^[^.,]*[.,]\\d{{3}}$')),
  any_value(x) FILTER (WHERE regexp_matches(s, '^[^.,]*[.,]\\d{{3}}$')),
  count(*) FILTER (WHERE contains(x, '$') AND NOT regexp_matches(x, '[A-Z]{{2,3}}'))
FROM (SELECT x, regexp_replace(x, '{letters}', '', 'g') AS s FROM (SELECT {cell} AS x FROM {source}))
"""


def price_rule(
    connection: DuckDBPyConnection, cell: str, source: str, label: str, decimal: str = ""
) -> PriceRule:
    """Look at the whole column: which mark is the decimal one, and is that certain?"""
    if not decimal and _seem_plain(connection, cell, source):
        return PriceRule("plain")
    found = _row(connection, _STYLE.format(letters=_LETTERS, cell=cell, source=source))
    _, comma, point, unsure, example, dollars = found
    note = f"{label}: $ is read as USD" if dollars else ""
    if decimal:
        return PriceRule("comma" if decimal == "," else "point", note)
    if comma and point:
        mixed = f"{label}: some prices have a decimal point, others a decimal comma; each is read by itself"
        return PriceRule("mixed", "; ".join(filter(None, (mixed, note))))
    if comma or point:
        return PriceRule("comma" if comma else "point", note)
    if not unsure:
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
    return f"CASE WHEN regexp_matches({cell}, '\\d') THEN {sign} || rtrim({number}, '.-') ELSE {cell} END"


def currency_sql(cell: str) -> str:
    """Return the SQL of the currency that stands beside a price, NULL if none does."""
    marks = sorted(SYMBOLS, key=len, reverse=True)
    cases = " ".join(f"WHEN contains({cell}, '{mark}') THEN '{SYMBOLS[mark]}'" for mark in marks)
    code = f"regexp_extract({cell}, '\\b([A-Z]{{3}})\\b', 1)"
    return f"CASE WHEN {code} <> '' THEN {code} {cases} END"


def _row(connection: DuckDBPyConnection, sql: str) -> tuple:  # type: ignore[type-arg]
    return connection.execute(sql).fetchone() or ()
