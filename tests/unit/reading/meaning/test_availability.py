"""Availability in every spelling."""

import duckdb
import pytest

from headwater_server.reading.meaning.availability import availability_sql

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
