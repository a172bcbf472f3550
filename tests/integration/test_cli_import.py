"""One file, one digest: however it is cut into entries, cut off and resumed, or only backtested."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A shop's past in two files, in a directory of its own."""
    monkeypatch.chdir(tmp_path)
    rng = random.Random(5)
    types = ["view", "cart", "purchase", "return", "click"]
    rows = [
        f"{1_600_000_000 + 40 * n},v{rng.randrange(20)},i{rng.randrange(60)},{rng.choice(types)},1"
        for n in range(400)
    ]
    items = [f"i{n},Item {n},{'a' if n % 2 else 'b'}|c,{n + 1}" for n in range(50)]
    header = "timestamp,user_id,item_id,event_type,value"
    (tmp_path / "events.csv").write_text("\n".join([header, *rows]) + "\n")
    (tmp_path / "half.csv").write_text("\n".join([header, *rows[:150]]) + "\n")
    (tmp_path / "items.csv").write_text("\n".join(["item_id,title,categories,price", *items]))
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(commands, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def import_into(data_dir, *flags):
    files = ("--events", "events.csv", "--items", "items.csv")
    return run("import", *files, "--data-dir", data_dir, *flags)


def digest_of(data_dir, *flags):
    return run("digest", "--data-dir", data_dir, *flags).split()[0]


def backtest_digest():
    report = ("--report", "report.json")
    run("backtest", "--events", "events.csv", "--items", "items.csv", *report)
    with Path("report.json").open() as file:
        return json.load(file)["digest"]


def test_batches_of_1_7_and_1000_and_the_backtest_give_one_digest(shop):
    digests = set()
    for size in (1, 7, 1000):
        import_into(f"data-{size}", "--batch-size", size)
        digests.add(digest_of(f"data-{size}"))
        digests.add(digest_of(f"data-{size}", "--from-log"))
    assert digests == {backtest_digest()}


def test_running_it_again_writes_nothing(shop):
    import_into("data")
    before = run("digest", "--data-dir", "data")
    assert "0 events written, 400 existed already" in import_into("data")
    assert run("digest", "--data-dir", "data") == before


def test_items_beyond_items_max_are_reported(shop):
    files = ["--events", "events.csv", "--items", "items.csv"]
    result = CliRunner().invoke(
        commands, ["import", *files, "--data-dir", "data", "--items-max", "40"]
    )
    assert result.exit_code == 1
    assert "10 items were refused: items_max" in result.output


@pytest.mark.parametrize(
    ("file", "line", "column"), [("events.csv", 402, "user_id"), ("items.csv", 52, "item_id")]
)
def test_the_text_of_a_missing_value_is_reported_with_its_line(shop, file, line, column):
    row = "\n1700000000,undefined,i1,view,1" if file == "events.csv" else "\nundefined,Lamp,a,1"
    (shop / file).write_text((shop / file).read_text().rstrip() + row + "\n")
    arguments = ["import", "--events", "events.csv", "--items", "items.csv", "--data-dir", "data"]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 2
    assert f"line {line}, column {column}: 'undefined'" in result.output
    assert run(*arguments, "--allowed-ids", "undefined")


class CutOff(Exception):
    """Takes the place of the kill."""


def test_an_import_that_was_cut_off_goes_on_exactly_there(shop, monkeypatch):
    from headwater_server.cli.importing import log_writer as import_log

    appended = 0
    append = import_log._append

    async def append_some(*arguments, **named):
        nonlocal appended
        appended += 1
        if appended > 30:
            raise CutOff
        return await append(*arguments, **named)

    monkeypatch.setattr(import_log, "_append", append_some)
    files = ["--events", "events.csv", "--items", "items.csv", "--data-dir", "data"]
    result = CliRunner().invoke(commands, ["import", *files, "--batch-size", "7"])
    assert isinstance(result.exception, CutOff)
    monkeypatch.undo()
    monkeypatch.chdir(shop)
    said = import_into("data", "--batch-size", 50)
    assert "0 existed already" not in said
    assert digest_of("data") == digest_of("data", "--from-log") == backtest_digest()


def test_an_old_offset_gives_the_state_of_then(shop):
    half = run("import", "--events", "half.csv", "--data-dir", "data")
    digest, offset = half.split()[-2:]
    import_into("data")  # on top: the catalogue is in use now
    offset = offset.removeprefix("offset=")
    assert digest_of("data", "--at", offset) == digest_of("data", "--at", offset, "--from-log")
    assert digest_of("data", "--at", offset) == digest
    assert digest_of("data") != digest


def test_a_bad_file_leaves_the_catalogue_as_it_was(shop):
    (shop / "bad.csv").write_text((shop / "events.csv").read_text() + "1,v,i,view,1\n")
    import_into("data")
    before = run("digest", "--data-dir", "data")
    result = CliRunner().invoke(commands, ["import", "--events", "bad.csv", "--data-dir", "data"])
    assert result.exit_code == 2
    assert "line 402, column timestamp" in result.output
    assert run("digest", "--data-dir", "data") == before


def settings_of(data_dir):
    lines = run("settings", "show", "--data-dir", data_dir).splitlines()
    return dict(line.partition(" = ")[::2] for line in lines if " = " in line)


def test_an_import_keeps_the_settings_of_the_log_and_knows_its_event_types(shop):
    """What nobody sets stays; the first import set an event type, the second file has it."""
    rewards = json.dumps({"wish": 0.4})
    import_into("data", "--rewards", rewards, "--items-max", "500")
    (shop / "wishes.csv").write_text(
        "timestamp,user_id,item_id,event_type,value\n1600000000,ann,i1,wish,\n"
    )
    run("import", "--events", "wishes.csv", "--data-dir", "data")
    found = settings_of("data")
    assert '"wish": 0.4' in found["rewards"]
    assert found["items_max"].split()[0] == "500"
    run("import", "--events", "wishes.csv", "--data-dir", "data", "--items-max", "600")
    assert settings_of("data")["items_max"].split()[0] == "600"
    history = run("settings", "history", "--data-dir", "data")
    assert history.count("by headwater import on ") == 3
