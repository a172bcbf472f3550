"""Rules of a file: with and without the @ that a setting needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater_server.cli.rules.files import rules_of
from headwater_server.settings_checks import BadSettings

RULE = '{"name": "מבצע 🎁", "kind": "boost", "filter": "price < 5", "times": 2}'


def test_the_name_of_a_file_needs_no_sign(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(RULE, encoding="utf-8")
    (rule,) = rules_of(str(path))
    assert rule == rules_of(f"@{path}")[0] == rules_of(RULE)[0]
    assert rule.name == "מבצע 🎁"


@pytest.mark.parametrize("text", ["nowhere.json", "n" * 5_000, ""])
def test_what_is_neither_a_file_nor_json_is_refused(text: str) -> None:
    with pytest.raises(BadSettings, match="write JSON, or @file"):
        rules_of(text)
