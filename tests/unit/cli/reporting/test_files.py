"""Files and tables of `headwater report`: what a page named does nothing in them."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from errno import ENOSPC
from pathlib import Path

import pytest
import typer

from headwater.performance import Figures, Performance, PerformanceRow, Rate, Revenue, ShopTotals
from headwater_server.cli.outputs import new_file
from headwater_server.cli.reporting.files import check_files, write_csv
from headwater_server.cli.reporting.table import show_json, show_report
from headwater_server.settings_checks import BadSettings

INFINITE = float("inf")
DAY = datetime(2026, 11, 1, tzinfo=UTC)
NAMES = ['=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


def of_one_visitor(placement: str) -> Performance:
    """Return an answer with one visitor, of whose revenue nothing is known."""
    revenue = Revenue("EUR", 5.0, 5_000_000, Rate(5.0, 5.0, 1.0, -INFINITE, INFINITE, "student_t"))
    figures = Figures(1, 5, 0, 1, 1.0, 1, 1, None, None, (revenue,))
    row = PerformanceRow(figures, placement=placement, policy="best")
    shop = ShopTotals(1, 1.0, (), 0)
    times = DAY, DAY + timedelta(days=1), None, None, None
    total = PerformanceRow(figures)
    return Performance((row,), total, shop, None, *times, 0.95, {}, (), "7-0")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_formula_of_a_spreadsheet(tmp_path, name) -> None:
    file = tmp_path / "rows.csv"
    write_csv(file, of_one_visitor(name))
    with file.open(newline="", encoding="utf-8") as text:
        (row,) = csv.DictReader(text)
    assert row["placement"] == f"'{name}"
    assert (row["policy"], row["revenue"]) == ("best", "5.0")


def test_a_name_does_not_move_the_cursor(capsys) -> None:
    show_report(of_one_visitor("a\x1b[2Jb\x9b1m"))
    shown = capsys.readouterr().out
    assert "a [2Jb 1m" in shown
    assert not {"\x1b", "\x9b"} & set(shown)


def test_an_infinite_end_is_null_in_json_and_empty_in_csv(tmp_path, capsys) -> None:
    found = of_one_visitor("home")
    show_json(found)

    def refused(constant: str) -> None:
        raise AssertionError(constant)

    shown = json.loads(capsys.readouterr().out, parse_constant=refused)
    (revenue,) = shown["rows"][0]["figures"]["revenue"]
    assert (revenue["per_visitor"]["low"], revenue["per_visitor"]["high"]) == (None, None)
    file = tmp_path / "rows.csv"
    write_csv(file, found)
    (row,) = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    assert (row["revenue_per_visitor"], row["revenue_per_visitor_low"]) == ("5.0", "")


def test_a_file_is_named_once(tmp_path) -> None:
    (tmp_path / "beside").mkdir()
    for other in (tmp_path / "rows", tmp_path / "beside" / ".." / "rows"):
        with pytest.raises(BadSettings, match="is named twice"):
            check_files(tmp_path / "rows", other)


def write_half(file: Path) -> None:
    with new_file(file) as part:
        part.write_text("half of it")
        raise OSError(ENOSPC, os.strerror(ENOSPC))


def test_what_cannot_be_written_is_said_and_leaves_no_file(tmp_path, capsys) -> None:
    with pytest.raises(typer.Exit):
        write_csv(tmp_path / "gone" / "rows.csv", of_one_visitor("home"))
    assert "rows.csv cannot be written: No such file or directory" in capsys.readouterr().err
    with pytest.raises(typer.Exit):
        write_half(tmp_path / "rows.csv")
    assert "No space left" in capsys.readouterr().err
    assert [*tmp_path.iterdir()] == []


def test_a_report_of_nothing_says_so(capsys) -> None:
    found = of_one_visitor("home")
    show_report(found)
    assert "nothing that was asked for" not in capsys.readouterr().out
    none = PerformanceRow(Figures(0, 0, 0, 0, 0.0, 0, 0, None, None, ()))
    show_report(replace(found, rows=(), total=none))
    assert "nothing that was asked for was seen, clicked or bought" in capsys.readouterr().out
