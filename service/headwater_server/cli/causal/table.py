"""A causal report on the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from headwater_server.evaluation.causal import words

COLORS = {"holds": "green", "UNSOUND": "red"}


def show(report: dict[str, Any], console: Console) -> None:
    """Print the answers, the table of lines, then what they rest on."""
    console.print(words.title(report), style="bold")
    console.print(words.read_line(report))
    for line in words.headlines(report):
        console.print(line)
    if report["lines"]:
        console.print(_table(report))
        for one in report["lines"]:
            said = f"{one['name']}: speaks of {one['whom']}; assumes that {one['assumes']}."
            console.print(said, style="dim")
    others = [words.balance_line(report), words.first_stage_line(report)]
    for text in [*others, *words.path_lines(report), *words.sensitivity_lines(report)]:
        if text:
            console.print(text)
    for note in report["notes"]:
        console.print(f"note: {note}", style="dim")


def _table(report: dict[str, Any]) -> Table:
    table = Table(*words.HEADS, box=None, pad_edge=False)
    for one in report["lines"]:
        cells = words.cells(one)
        table.add_row(*(Text(cell, style=COLORS.get(cell, "")) for cell in cells))
    return table
