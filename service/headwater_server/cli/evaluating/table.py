"""A report of an evaluation on the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from headwater_server.evaluation.reports.shadow_words import shadow_lines
from headwater_server.evaluation.reports.words import (
    REFUSALS,
    answers_line,
    between,
    check_line,
    ends,
    experiment_line,
    groups_line,
    number,
    percent,
    verdict_words,
)

COLORS = {"better": "green", "worse": "red", **dict.fromkeys(REFUSALS, "yellow")}


def show(report: dict[str, Any], console: Console) -> None:
    """Print the table of policies, then what could not be said and why, then the notes."""
    console.print(answers_line(report))
    if report["check"]:
        console.print(check_line(report["check"]))
    metrics = list(dict.fromkeys(one["metric"] for one in report["policies"]))
    for metric in metrics:
        policies = [one for one in report["policies"] if one["metric"] == metric]
        console.print(_table(metric, policies, report["level"]))
        for one in policies:
            _explain(one, report, console)
    for line in shadow_lines(report):
        console.print(line, markup=False)
    for note in report["notes"]:
        console.print(f"note: {note}", style="dim", markup=False)


def _table(metric: str, policies: list[dict[str, Any]], level: float) -> Table:
    wide = any(one["always_valid"] for one in policies)
    names = ["policy", metric, f"{level:.0%} interval", "against champion", "verdict", "worth"]
    table = Table(*names, *(["always valid (wide)"] if wide else []), box=None, pad_edge=False)
    for one in policies:
        verdict = verdict_words(one)
        cells = [
            one["policy"],
            number(one["value"]),
            ends(one["interval"]),
            between(one["difference"], one["difference_interval"]),
            Text(verdict, style=COLORS.get(verdict, "")),
            percent(one["effective_share"]),
        ]
        table.add_row(*cells, *([ends(one["always_valid"])] if wide else []))
    return table


def _explain(one: dict[str, Any], report: dict[str, Any], console: Console) -> None:
    if one["verdict"] not in REFUSALS:
        return
    reasons = "; ".join(one["problems"])
    parts = [f"{one['policy']}: {reasons}.", groups_line(one), experiment_line(one, report["lift"])]
    text = " ".join(part for part in parts if part)
    console.print(Text(text, style="yellow"))
