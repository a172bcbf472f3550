"""Any shop's files: containers, refusals, exit codes, and what a second import learns."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zipfile
from datetime import UTC, datetime

import duckdb
import pytest
import zstandard
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from tests.integration.spreadsheets import write_xlsx

HEADER = "timestamp,user_id,item_id,event_type"
PAST = [f"{1_700_000_000 + 60 * n},u{n % 7},i{n % 15},view" for n in range(200)]
TEXT = "\n".join([HEADER, *PAST]) + "\n"
JSON_ROWS = [dict(zip(HEADER.split(","), row.split(","), strict=True)) for row in PAST]


def _zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/part.csv", TEXT)
        archive.writestr("README.md", "about")


def _moments():
    """Yield the rows with their times as dates without a zone, as spreadsheets have them."""
    for row in PAST:
        time, *rest = row.split(",")
        yield [datetime.fromtimestamp(int(time), UTC).replace(tzinfo=None), *rest]


def _parquet(path):
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE e (timestamp TIMESTAMP, user_id VARCHAR, item_id VARCHAR, "
            "event_type VARCHAR)"
        )
        connection.executemany("INSERT INTO e VALUES (?, ?, ?, ?)", list(_moments()))
        connection.execute(f"COPY e TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


def _days(path):
    first = datetime(1899, 12, 30)  # noqa: DTZ001
    rows = [[(row[0] - first).total_seconds() / 86_400, *row[1:]] for row in _moments()]
    path.write_text("\n".join([HEADER, *(",".join(map(str, row)) for row in rows)]))


FORMS = {
    "gzip": lambda p: p.write_bytes(gzip.compress(TEXT.encode())),
    "zstd": lambda p: p.write_bytes(zstandard.compress(TEXT.encode())),
    "bzip2": lambda p: p.write_bytes(bz2.compress(TEXT.encode())),
    "xz": lambda p: p.write_bytes(lzma.compress(TEXT.encode())),
    "zip": _zip,
    "utf-16": lambda p: p.write_bytes(TEXT.encode("utf-16")),
    "parquet": _parquet,
    "xlsx": lambda p: write_xlsx(p, [HEADER.split(","), *_moments()]),
    "days of a spreadsheet": _days,
    "semicolon": lambda p: p.write_text(TEXT.replace(",", ";")),
    "tab": lambda p: p.write_text(TEXT.replace(",", "\t")),
    "bar": lambda p: p.write_text(TEXT.replace(",", "|")),
    "microseconds": lambda p: p.write_text(
        "\n".join([HEADER, *(row.replace(",", "000000,", 1) for row in PAST)])
    ),
    "json lines": lambda p: p.write_text("\n".join(map(json.dumps, JSON_ROWS))),
    "json array": lambda p: p.write_text(json.dumps(JSON_ROWS, indent=1)),
    "unsorted": lambda p: p.write_text("\n".join([HEADER, *PAST[100:], *PAST[:100]])),
}


def run(*arguments):
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_any_form_is_the_same_past(folder, form):
    FORMS[form](folder / "events")
    result = run("import", "--check", "--events", "events")
    assert result.exit_code == 0, result.output
    assert "200 events from 2023-11-14T22:13:20Z to 2023-11-15T01:32:20Z" in result.output
    assert "7 visitors, 15 items" in result.output


def test_all_refusals_come_at_once_with_one_line_a_kind_and_no_cell_of_a_person(folder):
    bad = ["soon ann@shop.com,u1,i1,view", *["1700000000,u1,i1,zap"] * 9, "5,u1,i1,view"]
    (folder / "e.csv").write_text("\n".join([HEADER, *PAST, *bad, "4102444800,u1,i1,view"]))
    result = run("import", "--events", "e.csv", "--data-dir", "data")
    assert result.exit_code == 2
    assert "line 202, column timestamp" in result.output
    assert "line 203, column event_type: unknown type 'zap'" in result.output
    assert "(9 rows in all)" in result.output
    assert "line 212, column timestamp: 5 s since 1970 lies before 1990" in result.output
    assert "line 213, column timestamp: 2100-01-01T00:00:00Z lies in the future" in result.output
    assert "ann@shop.com" not in result.output
    assert not (folder / "data").exists()


@pytest.mark.parametrize("place", [("--data-dir", "data"), ("--target", "127.0.0.1:9")])
def test_the_rules_for_items_are_the_same_for_each_place(folder, place):
    (folder / "e.csv").write_text(TEXT)
    titles = [f"i{n},T{n}" for n in range(599)]
    (folder / "i.csv").write_text("\n".join(["item_id,title", *titles, f"i599,{'x' * 1100}"]))
    result = run("import", "--events", "e.csv", "--items", "i.csv", *place)
    assert result.exit_code == 2
    assert "line 601, column title: 1100 bytes long" in result.output


def test_two_files_are_one_past_and_a_grown_file_teaches_only_what_is_new(folder):
    (folder / "a.csv").write_text("\n".join([HEADER, *PAST[:120]]))
    (folder / "b.csv").write_text("\n".join([HEADER, *PAST[80:]]))
    (folder / "all.csv").write_text(TEXT)
    both = run("import", "--events", "b.csv", "--events", "a.csv", "--data-dir", "both")
    whole = run("import", "--events", "all.csv", "--data-dir", "whole")
    first = run("import", "--events", "a.csv", "--data-dir", "grown")
    then = run("import", "--events", "all.csv", "--data-dir", "grown")
    assert "200 events written" in both.output
    assert "120 events written" in first.output
    assert "80 events written, 120 existed already" in then.output
    digests = {one.output.split("digest ")[1].split()[0] for one in (both, whole, then)}
    assert len(digests) == 1
