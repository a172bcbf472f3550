"""docs/settings.md is what the settings say, now."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from headwater_server.cli.commands.settings import page
from headwater_server.cli.root import commands

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_page_is_fresh():
    assert PAGE.read_text() == page(), "make generate"


def test_the_command_prints_it_and_no_value_of_a_key(monkeypatch):
    monkeypatch.setenv("HEADWATER_KEYS", "a-key-of-the-shop-1234")
    assert CliRunner().invoke(commands, ["settings"]).stdout == page()
    assert "a-key-of" not in page()
