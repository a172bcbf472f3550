"""A feed of items or accounts without events: each night, onto any catalogue."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "1600000000,u1,i1,view\n1600000060,u2,i2,purchase\n"
    Path("events.csv").write_text(f"timestamp,user_id,item_id,event_type\n{rows}")
    for name, price in (("a", 10), ("b", 12)):
        Path(f"{name}.csv").write_text(f"item_id,title,price\ni1,One,{price}\ni3,Three,3\n")
    Path("users.csv").write_text("user_id,segment\nu1,vip\n")


def run(*arguments, code=0):
    result = CliRunner().invoke(commands, [str(one) for one in arguments])
    assert result.exit_code == code, result.output
    return result.output


def prices():
    Path("items.out.csv").unlink(missing_ok=True)
    run("export", "items", "--data-dir", "data", "--out", "items.out.csv")
    with Path("items.out.csv").open() as file:
        return {row["item_id"]: row["price"] for row in csv.DictReader(file) if row["price"]}


def test_the_newest_feed_counts_also_one_that_was_there_before():
    assert "2 items written" in run("import", "--items", "a.csv", "--data-dir", "data")
    run("import", "--events", "events.csv", "--data-dir", "data")
    assert prices() == {"i1": "10", "i3": "3"}
    run("import", "--items", "b.csv", "--data-dir", "data")
    assert prices()["i1"] == "12"
    run("import", "--items", "a.csv", "--data-dir", "data")
    assert prices()["i1"] == "10"


def test_events_after_a_feed_keep_their_times_and_teach_the_same():
    run("import", "--items", "a.csv", "--data-dir", "data")
    after = run("import", "--events", "events.csv", "--data-dir", "data")
    assert "2 events written, 0 existed already" in after
    run("export", "events", "--data-dir", "data", "--out", "e.csv")
    with Path("e.csv").open() as file:
        times = [row["timestamp"] for row in csv.DictReader(file)]
    assert times == ["1600000000", "1600000060"]


def test_accounts_alone_and_both():
    assert "1 accounts written" in run("import", "--users", "users.csv", "--data-dir", "data")
    both = run("import", "--users", "users.csv", "--items", "a.csv", "--data-dir", "data")
    assert "2 items, 1 accounts written" in both


def test_nothing_to_import_is_refused():
    said = run("import", "--data-dir", "data", code=2)
    assert "--events, --items and --users are missing" in said
    Path("none.csv").write_text("item_id,title\n")
    said = run("import", "--items", "none.csv", "--data-dir", "data", code=2)
    assert "none.csv cannot be used" in said
    assert not Path("data").exists()
