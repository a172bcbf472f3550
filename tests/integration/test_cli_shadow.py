"""`headwater shadow` on a recorded log: its figures are those of `headwater evaluate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from headwater_server.cli.root import commands
from tests.integration.recorded_log import recorded, report, toml

__all__ = ["recorded"]
WARM = "exploration_temperature = 0.3"
DEAR = "[rewards]\nclick = 0.9\n"
OTHER = 'ranker = "river:tree.HoeffdingTreeClassifier"'
OF_EVALUATE = (
    "verdict", "value", "interval", "difference", "difference_interval", "estimator", "answers",
    "visitors", "effective_rows", "effective_share", "effective_acts", "mean_weight", "problems",
    "largest_share", "visitors_needed", "by_placement",
)  # fmt: skip


def shadow(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["shadow", "--priority", "normal", *map(str, arguments)])


def shadowed(tmp_path: Path, *arguments: object, code: int = 0) -> dict[str, Any]:
    path = tmp_path / "shadow.json"
    result = shadow(*arguments, "--once", "--report", path)
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def figures(found: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    return [
        {name: one[name] for name in OF_EVALUATE}
        for one in found["policies"]
        if one["policy"] in names
    ]


@pytest.mark.parametrize(
    ("name", "text", "code"), [("warm", WARM, 0), ("dear", DEAR, None), ("other", OTHER, 3)]
)
def test_the_figures_are_those_of_evaluate(recorded, tmp_path, name, text, code):
    place = ("--archive-dir", recorded.archive_dir, "--policy", toml(tmp_path, name, text))
    expected = report(tmp_path, *place, code=code)
    result = shadow(*place, "--once", "--report", tmp_path / "shadow.json")
    assert result.exit_code in ((0, 3) if code is None else (code,)), result.output
    found = json.loads((tmp_path / "shadow.json").read_text())
    assert figures(found, "champion", name) == figures(expected, "champion", name)
    assert len(figures(found, "champion", name)) == 2
    for count in ("shown", "acts", "visitors", "unreplayable", "unreported", "same_chances"):
        assert found["answers"][count] == expected["answers"][count]
    assert found["until_offset"] == recorded.end.offset
    assert found["name"] == f"{name}.shadow"
    assert found["shadow"]["is_own_state"] == (name != "warm")
    assert found["shadow"]["answers_late"] == 0
