"""An export in hundreds of files costs a query for all, and each row stays one of its file."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.mapping import alike
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import ShopFiles, read_shop
from headwater_server.reading.session import Session

NOW_MS = 1_800_000_000_000
HEADER = "timestamp,user_id,item_id,event_type"
MANY = 500


class Counting:
    """A connection that counts its statements."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.statements = 0

    def execute(self, *given: Any) -> Any:
        self.statements += 1
        return self._connection.execute(*given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def rows_of(number: int) -> list[tuple[int, str, str, str]]:
    """Three rows: one of its own, one that the next file has, too, and one that stands twice."""
    time = 1_700_000_000 + number * 60
    return [
        (time, f"u{number}", "a", "view"),
        (time + 60, "shared", f"i{number + 1}", "view"),
        (time, "shared", f"i{number}", "view"),
        (time + 1, "twice", "b", "purchase"),
        (time + 1, "twice", "b", "purchase"),
    ]


def write_csv(folder: Path, files: int) -> Path:
    folder.mkdir()
    for number in range(files):
        text = "\n".join(",".join(map(str, row)) for row in rows_of(number))
        (folder / f"{number:03}.csv").write_text(f"{HEADER}\n{text}\n")
    return folder


def write_json(folder: Path, files: int) -> Path:
    folder.mkdir()
    for number in range(files):
        rows = (dict(zip(HEADER.split(","), row, strict=True)) for row in rows_of(number))
        (folder / f"{number:03}.json").write_text("\n".join(map(json.dumps, rows)))
    return folder


def write_parquet(folder: Path, files: int) -> Path:
    folder.mkdir()
    names = ", ".join(f"column{place} AS {name}" for place, name in enumerate(HEADER.split(",")))
    with duckdb.connect() as connection:
        for number in range(files):
            values = ", ".join(map(str, rows_of(number)))
            sql = f"SELECT {names} FROM (VALUES {values}) AS v(column0, column1, column2, column3)"
            connection.execute(f"COPY ({sql}) TO '{folder}/{number:03}.parquet' (FORMAT parquet)")
    return folder


def write_zip(folder: Path, files: int) -> Path:
    path = folder.with_suffix(".zip")
    inner = write_csv(folder, files)
    with zipfile.ZipFile(path, "w") as archive:
        for one in inner.iterdir():
            archive.write(one, one.name)
    return path


WRITERS = {"csv": write_csv, "json": write_json, "parquet": write_parquet, "zip": write_zip}


def read(path: Path, role: str = "events") -> tuple[ShopFiles, list[Event], int]:
    with Session() as session:
        counting = Counting(session.connection)
        session.connection = counting  # type: ignore[assignment]
        shop = read_shop(Asked(**{"events": (), role: (path,)}), EngineSettings(), NOW_MS, session)
        statements = counting.statements
        return shop, list(shop.events.events()) if shop.events else [], statements


@pytest.mark.parametrize("form", WRITERS)
def test_the_number_of_queries_does_not_grow_with_the_files(tmp_path, form):
    _, few_events, few = read(WRITERS[form](tmp_path / "few", alike.ALIKE_MIN))
    shop, events, many = read(WRITERS[form](tmp_path / "many", MANY))
    of_each = 2 if form == "parquet" else 0  # its columns, and its first rows
    assert many - few == of_each * (MANY - alike.ALIKE_MIN)
    (file,) = shop.report.files
    assert (file.rows, f"{MANY:,} files" in file.name) == (5 * MANY, True)
    # of the row that two files share, one; of the row that stands twice in one, two
    assert (len(few_events), len(events)) == (4 * alike.ALIKE_MIN + 1, 4 * MANY + 1)


@pytest.mark.parametrize("form", WRITERS)
def test_many_files_give_the_same_events_as_one_by_one(tmp_path, form, monkeypatch):
    path = WRITERS[form](tmp_path / "files", 12)
    _, together, _ = read(path)
    monkeypatch.setattr(alike, "ALIKE_MIN", sys.maxsize)
    shop, apart, _ = read(path)
    assert len(shop.report.files) == 12
    assert together == apart


def test_a_bad_row_is_named_by_its_own_file_and_line(tmp_path):
    folder = write_csv(tmp_path / "files", 30)
    (folder / "017.csv").write_text(f'{HEADER},note\n1700000000,u,"i\n1",view,\n')
    lines = (folder / "011.csv").read_text().splitlines()
    lines[3] = "never,u,i,view"
    (folder / "011.csv").write_text("\n".join(lines))
    (folder / "021.csv").write_text(f"{HEADER}\n1700000000,u,i,view\n1700000000,u,i\n")
    with pytest.raises(BadFile) as refused:
        read(folder)
    text = str(refused.value)
    assert f"{folder}/011.csv cannot be used" in text
    assert "line 4, column timestamp: 'aaaaa' is no time" in text
    assert f"{folder}/021.csv cannot be used" in text
    assert "line 3: fewer cells than the 4 of the first row" in text


def test_files_that_write_times_in_other_units_are_read_by_their_own(tmp_path):
    folder = write_csv(tmp_path / "files", 24)
    for number in range(12):
        rows = [(time * 1000, *rest) for time, *rest in rows_of(number)]
        text = "\n".join(",".join(map(str, row)) for row in rows)
        (folder / f"{number:03}.csv").write_text(f"{HEADER}\n{text}\n")
    shop, events, _ = read(folder)
    assert len(shop.report.files) == 2
    assert {one.event_time_ms // 10**10 for one in events if one.event_time_ms} == {170}


def test_an_item_that_two_of_many_files_have_is_named_with_its_file(tmp_path):
    folder = tmp_path / "items"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.csv").write_text(
            f"item_id,title\nitem{number % 29},Title {number}\n"
        )
    with pytest.raises(BadFile) as refused:
        read(folder, "items")
    assert f"{folder}/29.csv cannot be used" in str(refused.value)
    assert f"line 2, column item_id: this item is in {folder}/00.csv already" in str(refused.value)


def test_an_order_in_two_of_many_files_counts_once(tmp_path):
    folder = tmp_path / "orders"
    folder.mkdir()
    for number in range(30):
        rows = [
            f"1700000{order:03},u1,{item},purchase,{order},2"
            for order in (number, number + 1)
            for item in ("a", "b")
        ]
        text = "\n".join([f"{HEADER},order_id,quantity", *rows])
        (folder / f"{number:02}.csv").write_text(text + "\n")
    _, events, _ = read(folder)
    assert [one.event_id for one in events] == [str(number) for number in range(31)]
    assert {item.quantity for one in events for item in one.items} == {2.0}


def test_each_broken_file_is_named_and_empty_ones_are_no_trouble(tmp_path):
    folder = write_csv(tmp_path / "files", 12)
    (folder / "quiet.csv").write_text("")
    assert f"{folder}/quiet.csv: not read, it is empty" in list(read(folder)[0].report.lines())
    (folder / "001.csv").write_bytes(b"\x89PNG")
    (folder / "002.csv").write_text(f"{HEADER}\nnever,u,i,view\n")
    (folder / "003.csv").write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(BadFile) as refused:
        read(folder)
    for name in ("001", "002", "003"):
        assert f"{folder}/{name}.csv cannot be used" in str(refused.value)
    assert "quiet" not in str(refused.value)


def test_what_of_an_archive_is_not_read_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("a.csv", f"{HEADER}\n1700000000,u,i,view\n")
        archive.writestr("README.txt", "about")
        archive.writestr("quiet.csv", "")
        archive.writestr("__MACOSX/a.csv", "x")
    lines = list(read(tmp_path / "e.zip")[0].report.lines())
    assert f"{tmp_path}/e.zip: README.txt: not read, it is no data" in lines
    assert f"{tmp_path}/e.zip: quiet.csv: not read, it is empty" in lines
    assert "MACOSX" not in "".join(lines)
