"""R3: a file with a row in the future is refused, whatever its format, before anything is written.

Engines of earlier builds took such a row, and closed no attribution window until its time.
"""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from tests.integration import gorse_files as gorse

HEADER = "timestamp,user_id,item_id,event_type,value"
PAST = [f"{1_700_000_000 + 60 * n},u{n % 7},i{n % 15},view," for n in range(200)]
NOWHERE = "127.0.0.1:9"  # a refused file is never sent


def run(*arguments):
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


@pytest.fixture
def bad(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "e.csv").write_text("\n".join([HEADER, *PAST, "2600000000,u1,i3,view,"]) + "\n")
    (tmp_path / "i.csv").write_text("item_id,title\ni1,One\n")
    late = dict(gorse.FEEDBACK[0], Timestamp="2062-01-01T00:00:00Z")
    (tmp_path / "e.jsonl").write_bytes(gorse.json_lines([*gorse.FEEDBACK, late]))
    (tmp_path / "late.csv").write_text(
        "feedback_type,user_id,item_id,time_stamp\nclick,ann,boots,2062-01-01T00:00:00Z\n"
    )
    return tmp_path


@pytest.mark.parametrize("place", [("--data-dir", "data"), ("--target", NOWHERE)])
@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (("--events", "e.csv", "--items", "i.csv"), "line 202, column timestamp: 2052-"),
        (("--format", "gorse", "--events", "e.jsonl"), "line 4, column Timestamp: 2062-01-01"),
        (("--format", "gorse", "--events", "late.csv"), "line 2, column time_stamp: 2062-01-01"),
    ],
)
def test_a_row_in_the_future_is_refused(bad, place, flags, text):
    result = run("import", *flags, *place)
    assert result.exit_code == 2
    assert text in result.output
    assert "lies in the future" in result.output
    assert not (bad / "data").exists()


def test_a_backtest_refuses_it_too(bad):
    result = run("backtest", "--events", "e.csv", "--report", "report.json")
    assert result.exit_code == 2
    assert "line 202, column timestamp" in result.output
    assert not (bad / "report.json").exists()


def test_each_row_in_the_future_is_named_and_none_is_taken_for_out_of_order(bad):
    rows = ["2600000000,u1,i3,view,", *PAST, "4102444800,u1,i3,view,"]
    (bad / "e.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    output = run("import", "--events", "e.csv", "--data-dir", "data").output
    assert "2 problems" in output
    assert "sorted" not in output


def test_an_item_may_be_published_later(bad):
    item = dict(gorse.ITEMS[0], Timestamp="2062-01-01T00:00:00Z")
    (bad / "items").write_text(json.dumps(item))
    (bad / "feedback").write_bytes(gorse.json_lines(gorse.FEEDBACK))
    files = ("--format", "gorse", "--events", "feedback", "--items", "items")
    result = run("import", *files, "--data-dir", "data")
    assert result.exit_code == 0, result.output
