"""Prices in the styles of shops: one rule for each column."""

import duckdb
import pytest

from headwater_server.reading.meaning.prices import currency_sql, number_sql, price_rule

COLUMNS = {
    "plain": (["12.5", "3", "1299.00", ""], [12.5, 3, 1299, None]),
    "code behind": (["89.90 EUR", "1,299.00 EUR", "5 EUR"], [89.9, 1299, 5]),
    "code before": (["USD 12.00", "USD 1,299.50"], [12, 1299.5]),
    "dollars": (["$12.00", "$1,299.00", "$5"], [12, 1299, 5]),
    "pounds": (["£2.55", "£1,000.00"], [2.55, 1000]),
    "decimal comma": (["89,90", "1.299,00", "5"], [89.9, 1299, 5]),
    "decimal comma, euro": (["1.299,00 €", "1.299 €", "0,50 €"], [1299, 1299, 0.5]),
    "spaces between thousands": (["1 299,00 kr", "89,90 kr"], [1299, 89.9]),
    "apostrophes": (["CHF 1'299.00", "CHF 9.90"], [1299, 9.9]),
    "no digits after the mark": (["12.- CHF", "1'200.- CHF"], [12, 1200]),
    "millions": (["1,234,567", "1,000"], [1234567, 1000]),
    "abbreviated rupees": (["Rs. 1,299.00", "Rs. 5.50"], [1299, 5.5]),
    "three decimals decided by others": (["1.299 EUR", "1.5 EUR"], [1.299, 1.5]),
    "negative": (["-12,50", "(3,00)"], [-12.5, -3]),
    "both marks": (["12,50", "12.50 EUR"], [12.5, 12.5]),
}


def connection_with(cells: list[str]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (x VARCHAR)")
    connection.executemany("INSERT INTO t VALUES (?)", [[cell] for cell in cells])
    return connection


@pytest.mark.parametrize(("cells", "numbers"), COLUMNS.values(), ids=COLUMNS)
def test_a_column_of_prices(cells: list[str], numbers: list[float | None]) -> None:
    with connection_with(cells) as connection:
        rule = price_rule(connection, "x", "t", "price")
        sql = f"SELECT TRY_CAST(nullif({number_sql('x', rule.style)}, '') AS DOUBLE) FROM t"
        assert [number for (number,) in connection.execute(sql).fetchall()] == numbers


def test_a_price_that_can_be_two_is_said() -> None:
    with connection_with(["1,299 EUR", "5 EUR"]) as connection:
        rule = price_rule(connection, "x", "t", "Preis")
        assert "Preis: '1,299 EUR' may be thousands or three decimals" in rule.note
        decided = price_rule(connection, "x", "t", "Preis", decimal=",")
    assert (rule.style, decided.style, decided.note) == ("point", "comma", "")


def test_two_styles_in_a_column_are_said() -> None:
    with connection_with(["12,50", "12.50 EUR"]) as connection:
        rule = price_rule(connection, "x", "t", "price")
    assert "others a decimal comma" in rule.note


def test_a_cell_that_is_no_price_stays_as_it_is() -> None:
    with connection_with(["on request", "12,50"]) as connection:
        rule = price_rule(connection, "x", "t", "price")
        rows = connection.execute(f"SELECT {number_sql('x', rule.style)} FROM t").fetchall()
    assert rows == [("on request",), ("12.50",)]


def test_a_late_cell_of_another_style_is_read_by_itself() -> None:
    with connection_with(["1.5"] * 300 + ["1.299,00", "7,25"]) as connection:
        rule = price_rule(connection, "x", "t", "price")
        rows = connection.execute(f"SELECT {number_sql('x', rule.style)} FROM t").fetchall()
    assert rows[-2:] == [("1299.00",), ("7.25",)]


CURRENCIES = {
    "89.90 EUR": "EUR", "$12.00": "USD", "£2.55": "GBP", "1.299,00 €": "EUR", "R$ 5,00": "BRL",
    "A$5": "AUD", "¥500": "JPY", "12 zł": "PLN", "CHF 12.-": "CHF", "12.50": None,
}  # fmt: skip


def test_currencies() -> None:
    with connection_with(list(CURRENCIES)) as connection:
        rows = connection.execute(f"SELECT x, {currency_sql('x')} FROM t").fetchall()
    assert dict(rows) == CURRENCIES
