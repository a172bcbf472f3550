"""`python -m benchmarks.stages`: CPU by stage of one Recommend and of one event, in one process.

Visitors change from call to call, as in a shop. In each round the whole way is measured without
a stopwatch, and then with one around every stage; the medians of both are printed. Trust the
ratios within one run: the same code takes up to twice as long when the machine is busy.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks.report.tables import stages_rows
from benchmarks.shops.shop import Shop
from benchmarks.stages.rounds import Found, measure
from headwater_server.garbage import keep_passes_short

FAILED = 1
_console = Console(highlight=False, width=100)


def stages(
    items: Annotated[int, typer.Option(min=100, help="items of the shop")] = 10_000,
    visitors: Annotated[int, typer.Option(min=10, help="visitors of the shop")] = 10_000,
    events: Annotated[int, typer.Option(min=100, help="events learned beforehand")] = 40_000,
    rounds: Annotated[int, typer.Option(min=1, help="rounds; medians are printed")] = 15,
    calls: Annotated[int, typer.Option(min=1, help="calls of each kind in a round")] = 200,
    report: Annotated[Path | None, typer.Option(help="write the figures here, as JSON")] = None,
) -> None:
    """Print the microseconds of CPU of each stage; exit code 1 if an answer was not as it must be.

    A stage whose functions this build does not have is named below the table.
    """
    found = uvloop.run(measure(Shop(items, visitors, events), rounds, calls))
    for one in found:
        _console.print(_table(one))
        if one.missing:
            _console.print(f"not in this build: {', '.join(one.missing)}")
    if report:
        shop = {"items": items, "visitors": visitors, "events": events}
        figures: dict[str, Any] = {one.name: one.figures() for one in found}
        report.write_text(json.dumps({"shop": shop, **figures}, indent=1) + "\n")
    if any(one.failed for one in found):
        raise typer.Exit(FAILED)


def _table(found: Found) -> Table:
    rows = stages_rows(found.figures())
    table = Table(found.name, *rows[0][1:], box=None)
    for row in rows[1:]:
        table.add_row(*row)
    return table


if __name__ == "__main__":
    keep_passes_short()  # as the server
    typer.run(stages)
