"""The command line: every setting is a flag with unit, meaning and default; codes are honest."""

from __future__ import annotations

from dataclasses import fields

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from headwater_server.settings import PARTS

WIDE = {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}


def run(*arguments):
    return CliRunner().invoke(commands, list(arguments), env=WIDE)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_serve_shows_every_setting_with_its_default():
    shown = " ".join(run("serve", "--help").output.split())
    for part in PARTS.values():
        for setting in fields(part):
            assert "--" + setting.name.replace("_", "-") in shown
    assert shown.count("(default") >= sum(len(fields(part)) for part in PARTS.values())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["backtest", "--events", "gone.csv"], "gone.csv cannot be used"),
        (["backtest", "--events", "gone.csv", "--seed", "x"], "seed = 'x'"),
        (["import", "--events", "gone.csv"], "give one of --target, --redis-url and --data-dir"),
        (["digest"], "give one of --target, --redis-url and --data-dir"),
        (["digest", "--data-dir", "gone"], "there is no directory gone"),
        (["token-keys", "rotate", "--data-dir", "gone"], "there is no directory gone"),
        (["quarantine", "list", "--data-dir", "gone"], "there is no directory gone"),
        (["doctor", "--data-dir", "gone"], "there is no directory gone"),
        (["rebuild", "--data-dir", "gone"], "there is no directory gone"),
        (["digest", "--data-dir", ".", "--at", "x"], "--at: not an offset"),
        (["digest", "--target", "a:1", "--at", "1-0"], "--at and --from-log need"),
        (["serve", "--workers", "0"], "workers = '0': must lie between 1 and 128"),
        (["serve", "--listen", "here"], "listen = 'here': write host:port"),
        (["serve", "--redis-url", "redis://a", "--data-dir", "d"], "exclude each other"),
    ],
)
def test_misuse_is_explained_and_ends_with_2(arguments, says):
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.output


@pytest.mark.parametrize("command", ["probe", "digest"])
def test_a_server_that_is_not_there_ends_with_1(command):
    result = run(command, "--target", "127.0.0.1:1")
    assert result.exit_code == 1
    assert "127.0.0.1:1" in result.output
