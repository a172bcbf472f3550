"""`headwater export` as a user runs it: on a store, beside a server, and back again."""

from __future__ import annotations

import csv
import gzip
import json
import re
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater import AsyncClient, Event, Item
from headwater_server.cli.root import commands
from tests.system.crash.server import Server, serving

EVENTS = """\
timestamp,event_id,event_type,visitor_id,user_id,session_id,order_id,item_id,quantity,price,\
currency_code,value,placement,position
1590884413,e1,detail-page-view,v1,,s1,,a,1,,,,home,3
1590884414,o1,purchase-complete,v1,ann,s1,o1,a,2,9.5,EUR,28.5,,
1590884414,o1,purchase-complete,v1,ann,s1,o1,b,1,9.5,EUR,28.5,,
1590884420,e3,rating,v2,,,,b,1,,,4.5,,
1590884422,,click,v3,bob,,,c,1,,,,cart,1
1590884422,,click,v3,bob,,,c,1,,,,cart,1
"""
ITEMS = "item_id,title,categories,price,size\na,Boots,shoes|red,9.5,42\nb,Hat,,,\n"
USERS = "user_id,segment,age\nann,vip,33\n"


def headwater(*arguments: object, code: int = 0) -> str:
    """Run a command; return what it prints and says."""
    command = [sys.executable, "-m", "headwater_server", *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def export(table: str, out: Path, data_dir: Path) -> str:
    return headwater("export", table, "--out", out, "--data-dir", data_dir)


def digest_of(data_dir: Path) -> str:
    return headwater("digest", "--data-dir", data_dir).split()[0]


@pytest.mark.thorough
@pytest.mark.skipif(find_spec("headwater_server.reading") is None, reason="it reads other files")
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "csv.gz"])
def test_an_import_of_an_export_has_the_same_digest(tmp_path, suffix) -> None:
    for name, text in (("events", EVENTS), ("items", ITEMS), ("users", USERS)):
        (tmp_path / f"{name}.csv").write_text(text)
    files = [
        part for n in ("events", "items", "users") for part in (f"--{n}", tmp_path / f"{n}.csv")
    ]
    headwater("import", *files, "--data-dir", tmp_path / "one")
    again: list[object] = []
    for table in ("events", "items", "users"):
        out = tmp_path / f"again-{table}.{suffix}"
        export(table, out, tmp_path / "one")
        again += [f"--{table}", out]
    headwater("import", *again, "--data-dir", tmp_path / "two")
    assert digest_of(tmp_path / "two") == digest_of(tmp_path / "one")


@pytest.mark.thorough
async def test_beside_a_running_server_and_the_erased_stay_erased(tmp_path) -> None:
    data_dir = tmp_path / "data"
    server = Server(data_dir)
    async with serving(server), AsyncClient(server.address) as shop:
        await shop.upsert_items([Item("a", title="A")])
        for visitor in ("gone", "stays"):
            await shop.feedback([Event("click", visitor, items=["a"], event_id=f"by-{visitor}")])
        await shop.erase_user(visitor_id="gone")
        await shop.feedback([Event("click", "gone", items=["a"], event_id="by-the-new-one")])
        said = export("events", tmp_path / "events.csv.gz", data_dir)
        assert "2 rows" in said
        with gzip.open(tmp_path / "events.csv.gz", "rt") as file:
            assert [row["event_id"] for row in csv.DictReader(file)] == [
                "by-stays",
                "by-the-new-one",
            ]
        export("items", tmp_path / "items.jsonl", data_dir)
        assert json.loads((tmp_path / "items.jsonl").read_text())["title"] == "A"


def test_what_cannot_be_is_refused_in_words_and_leaves_no_file(tmp_path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "there.csv").write_text("mine")
    data = ("--data-dir", tmp_path / "data")
    for arguments, says in (
        (["events", "--out", tmp_path / "there.csv", *data], "there.csv exists; delete it"),
        (["events", "--out", tmp_path / "x.xlsx", *data], "x.xlsx names no format"),
        (["events", "--out", tmp_path / "x.parquet.gz", *data], "leave .gz out"),
        (["events", "--out", tmp_path / "no" / "x.csv", *data], "there is no directory"),
        (["events", "--out", tmp_path / "x.csv"], "give one of --data-dir, --redis-url"),
        (["events", "--out", tmp_path / "x.csv", "--data-dir", tmp_path / "no"], "there is no dir"),
        (["events", "--out", tmp_path / "x.csv", "--archive-dir", tmp_path], "no archived entries"),
        (["orders", "--out", tmp_path / "x.csv", *data], "'orders' is not one of"),
    ):
        done = CliRunner().invoke(commands, ["export", *map(str, arguments)])
        said = re.sub(r"\s+", " ", re.sub("[│╭╰─╮╯]", "", done.output))
        assert (done.exit_code, says in said) == (2, True), said
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "there.csv"]


def test_an_empty_store_gives_a_file_with_a_header_that_only_its_owner_reads(
    tmp_path, monkeypatch
) -> None:
    (tmp_path / "data").mkdir()
    arguments = ["export", "lists", "--out", "lists.csv", "--data-dir", "data"]
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(commands, arguments).exit_code == 0
    text = (tmp_path / "lists.csv").read_text()
    assert text.startswith("timestamp,event_id,recommendation_id,")
    assert text.count("\n") == 1
    assert stat.S_IMODE((tmp_path / "lists.csv").stat().st_mode) == 0o600
