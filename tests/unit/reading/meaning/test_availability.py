"""Availability in every spelling."""

import duckdb
import pytest

from headwater_server.reading.meaning.availability import availability_sql
from headwater_server.reading.meaning.availability_notes import availability_notes

AVAILABLE = [
    "true", "TRUE", "1", "yes", "Y", "ja", "Oui", "sí", "SIM", "да", "in stock", "In Stock",
    "in_stock", "IN_STOCK", "instock", "in-stock", "preorder", "PREORDER", "pre-order", "backorder",
    "BACKORDER", "available for order", "https://schema.org/InStock", "http://schema.org/PreOrder",
    "https://schema.org/LimitedAvailability", "https://schema.org/OnlineOnly", "12", "0.5",
    "active", "auf Lager", "Verfügbar", "en stock", "disponible", "有货",
]  # fmt: skip
GONE = [
    "false", "0", "no", "N", "nein", "non", "não", "нет", "out of stock", "Out of Stock",
    "out_of_stock", "OUT_OF_STOCK", "outofstock", "sold out", "discontinued", "-3",
    "https://schema.org/OutOfStock", "http://schema.org/SoldOut", "https://schema.org/Discontinued",
    "draft", "ausverkauft", "nicht auf Lager", "agotado", "rupture de stock", "缺货",
    "rupture", "Currently unavailable", "temporarily out of stock", "nicht lieferbar",
    "nicht mehr vorrätig", "zur Zeit ausverkauft", "Momentan nicht lieferbar",
    "No longer available",     "producto agotado", "нет на складе", "Sold-out!", "Stock épuisé",
]  # fmt: skip


def read(words: list[str | None]) -> list[str | None]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (x VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?)", [[word] for word in words])
        return [
            one
            for (one,) in connection.execute(f"SELECT {availability_sql('x')} FROM t").fetchall()
        ]


@pytest.mark.parametrize(("words", "wanted"), [(AVAILABLE, "true"), (GONE, "false")])
def test_words(words: list[str | None], wanted: str) -> None:
    assert dict(zip(words, read(words), strict=True)) == dict.fromkeys(words, wanted)


def test_nothing_says_nothing_and_an_unknown_word_stays() -> None:
    assert read(["", " ", None, "perhaps"]) == [None, None, None, "perhaps"]


def test_what_is_no_known_word_is_counted_and_said() -> None:
    words = ["in stock", "12", "no", None, "maybe", "maybe", "perhaps later", "ann@shop.com"]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (x VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?)", [[word] for word in words])
        rows = f"SELECT NULL AS left_out, {availability_sql('x')} AS available FROM t"
        [note] = availability_notes(connection, "stock", rows)
    assert note.startswith("stock: 2 available, 1 not, 1 empty (count as available), 4 of unknown")
    assert note.endswith("(count as available): 'maybe', 'aaa@aaaa.aaa', 'perhaps later'")
