"""`headwater causal` as a test calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from headwater_server.cli.root import commands

ALL = ("--filter", "price >= 0", "--placement", "home", "--window-hours", "1")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["causal", *map(str, arguments)])


def report(tmp_path: Path, *arguments: object, code: int = 0) -> dict[str, Any]:
    result = run(*arguments, "--report", tmp_path / "report")
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads((tmp_path / "report" / "causal.json").read_text())
    return found


def words(result: Result) -> str:
    return " ".join(result.output.split())
