"""Tables of rules are whole on a narrow screen and in a pipe, and do what no name says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from headwater import ListPreview, Rule, RuleChange, RulePreview
from headwater_server.cli.rules.tables import show_changes, show_preview, show_rules

NAME = "the winter sale of all jackets [bold] that are left over"
FILTER = 'categories: ANY("jackets > winter") AND price < 120 AND brand: ANY("Acme", "Bolt")'


@pytest.fixture(autouse=True)
def narrow(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def test_no_rule_and_no_change_is_cut_off(capsys) -> None:
    rule = Rule(name=NAME, kind="boost", filter=FILTER, by=2.0, placements=("home", "basket"))
    show_rules([rule])
    time = datetime(2026, 11, 1, 9, tzinfo=UTC)
    show_changes(
        [RuleChange(7, NAME, time, "ann@example.com", "for winter", None, rule, 0, None, False)]
    )
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6  # of each table the head, a line and a row
    for row in (lines[2], lines[5]):
        assert NAME in row
        assert FILTER in row


def test_a_preview_shows_whole_names_and_moves_no_cursor(capsys) -> None:
    of = ListPreview("v1\x1b[2J", "home", (), (), (), (), "")
    show_preview(RulePreview((), (of,), datetime(2026, 11, 1, tzinfo=UTC), "7-0"))
    shown = capsys.readouterr().out
    assert "visitor v1 [2J, home: nothing moves" in shown
    assert "\x1b" not in shown
