"""`headwater settings --effective`: what is in force, from where, without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from headwater_server.settings import load_settings
from headwater_server.settings_checks import BadSettings, without_secrets

NARROW = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def effective(*flags):
    result = CliRunner().invoke(commands, ["settings", "--effective", *flags], env=NARROW)
    assert result.exit_code == 0, result.output
    assert max(map(len, result.output.splitlines())) <= 80
    lines = [line.split() for line in result.output.splitlines()]
    return {line[0]: (line[1], line[-1]) for line in lines if len(line) > 2}


def test_each_setting_has_its_value_and_its_source(monkeypatch):
    Path("headwater.toml").write_text("seed = 1\nitems_max = 10\nvisitors_max = 100\n")
    monkeypatch.setenv("HEADWATER_ITEMS_MAX", "20")
    monkeypatch.setenv("HEADWATER_VISITORS_MAX", "200")
    shown = effective("--visitors-max", "300")
    assert shown["seed"] == ("1", "headwater.toml")
    assert shown["items_max"] == ("20", "environment")
    assert shown["visitors_max"] == ("300", "flag")
    assert shown["snapshots_kept"] == ("2", "default")
    assert shown["data_dir"] == (".headwater", "serve")


def test_no_secret_is_shown(monkeypatch):
    monkeypatch.setenv("HEADWATER_KEYS", "a-key-of-the-shop-1234")
    monkeypatch.setenv("HEADWATER_REDIS_URL", "redis://shop:pass-word@store:6379")
    shown = effective()
    assert shown["keys"] == ("***", "environment")
    assert shown["redis_url"] == ("redis://***@store:6379", "environment")
    assert shown["page_keys"][-1] == "default"


def test_a_password_is_not_shown_in_an_error_either():
    with pytest.raises(BadSettings, match=r"redis_url = 'http://\*\*\*@store': write redis://"):
        load_settings(redis_url="http://shop:pass-word@store")
    assert without_secrets("redis_url", "redis://store") == "redis://store"


def test_flags_of_settings_need_effective():
    result = CliRunner().invoke(commands, ["settings", "--seed", "7"], env=NARROW)
    assert result.exit_code == 2
    assert "need --effective" in result.output
