"""A bar: a figure beside its gate, and whether it passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table

MISSED = 1
_console = Console(soft_wrap=True, highlight=False, width=140)


@dataclass(frozen=True)
class Bar:
    """What is measured, the figure, and what it must be: at most or at least the gate."""

    measure: str
    figure: float
    gate: float
    is_most: bool = True

    @property
    def passes(self) -> bool:
        """Return whether the gate is held; a figure that is no number holds none."""
        return self.figure <= self.gate if self.is_most else self.figure >= self.gate

    def cells(self) -> tuple[str, str, str, str]:
        """Return the row of the table."""
        gate = f"{'<=' if self.is_most else '>='} {self.gate:.4g}"
        return self.measure, f"{self.figure:.4g}", gate, "pass" if self.passes else "FAIL"


def show(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of figures without gates."""
    table = Table(*names, title=title, title_justify="left", box=None, header_style="bold")
    for row in rows:
        table.add_row(*row)
    _console.print(table)


def finish(bars: Sequence[Bar]) -> None:
    """Print every gate with its figure; exit with 1 if one is missed."""
    show("gates", ("measure", "figure", "gate", ""), [bar.cells() for bar in bars])
    if not all(bar.passes for bar in bars):
        raise typer.Exit(MISSED)
