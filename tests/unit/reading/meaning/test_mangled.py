"""Ids that a spreadsheet or a data frame changed are said."""

import duckdb

from headwater_server.reading.meaning.mangled import mangled_notes


def notes(ids: list[str]) -> tuple[str, ...]:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (x VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?)", [[one] for one in ids])
        return mangled_notes(connection, {"category_id": "x"}, "t")


def test_digits_that_a_spreadsheet_cut() -> None:
    (note,) = notes(["2.10381E+18", "2.05301E+18", "77"])
    assert note.startswith("category_id: 2 of 3 ids were cut by a spreadsheet")


def test_whole_numbers_that_a_data_frame_wrote() -> None:
    (note,) = notes(["123.0", "17.0"])
    assert note.startswith("category_id: 2 of 2 ids end with .0")


def test_ids_that_only_look_a_little_like_it() -> None:
    assert notes(["1E5", "v1.0", "12E", "a.0", "E+1"]) == ()
