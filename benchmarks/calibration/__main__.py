"""The program behind `make calibration`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.calibration.figures import Figures, base_rates, figures
from benchmarks.calibration.open_bandit import COLUMNS, predict, read_rows
from benchmarks.calibration.shop import PredictedShop
from headwater_server.cli.progress import Progress
from headwater_server.engine.settings import EngineSettings

WIDTH = 120
SHORT_MINUTES = 0.5  # a window that closes before the next visit: the true chance is known
_console = Console(soft_wrap=True, highlight=False, width=WIDTH)


def calibration(
    visits: Annotated[int, typer.Option(min=200, help="of simulated shoppers")] = 4_000,
    data: Annotated[
        Path, typer.Option(help="Open Bandit's impressions.csv.gz; left out if it is missing")
    ] = Path("../shared/data/obd/impressions.csv.gz"),
    seed: Annotated[int, typer.Option(help="seed of the simulated shoppers")] = 1,
    limit: Annotated[int | None, typer.Option(min=2_000, help="rows of Open Bandit")] = None,
    report: Annotated[Path | None, typer.Option(help="write all figures here, as JSON")] = None,
) -> None:
    """Predict chances before what happens is known, and count how often they come true."""
    lines = [
        _shop("shop, 30 minutes", visits, EngineSettings(), seed),
        _shop("shop, one visit", visits, _short("plackett_luce"), seed),
        _shop("shop, one visit, thompson", visits, _short("thompson"), seed),
    ]
    if data.exists():
        lines += [_open_bandit(data, policy, limit) for policy in ("random", "bts", "both")]
        lines.append(_open_bandit(data, "both", limit, COLUMNS[:1]))
    else:
        _console.print(f"{data} is missing: Open Bandit is left out")
    _console.print(_table(lines))
    if report:
        report.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")
        _console.print(f"report in {report}")


def _short(policy: str) -> EngineSettings:
    return EngineSettings(attribution_window_minutes=SHORT_MINUTES, exploration_policy=policy)


def _shop(name: str, visits: int, settings: EngineSettings, seed: int) -> Figures:
    shop = PredictedShop(seed, settings)
    with Progress(name, visits) as progress:
        for number in shop.serve(visits):
            progress.at(number + 1)
    predicted = shop.predicted()
    known = settings.attribution_window_minutes == SHORT_MINUTES
    line = figures(name, predicted, base_rates(predicted.acted))
    return (
        line if known else replace(line, covered_alike=None, covered_items=None, covered_slots=None)
    )


def _open_bandit(
    file: Path, policy: str, limit: int | None, columns: Sequence[str] = COLUMNS
) -> Figures:
    rows = read_rows(file, policy, limit)
    name = f"open bandit, {policy}" + ("" if columns == COLUMNS else ", no affinity")
    with Progress(name, len(rows)) as progress:
        for number, predicted in enumerate(predict(rows, columns)):  # noqa: B007 - the last one is wanted
            progress.at(min(number + 1, len(rows)))
    assert predicted is not None  # noqa: S101 - the last one is
    every = base_rates(
        np.array([row["click"] == "1" for row in rows])
    )  # the counter has seen all rows
    return figures(name, predicted, every[-len(predicted.chance) :])


def _table(lines: list[Figures]) -> Table:
    names = ("data", "slots", "acts", "ECE", "ECE, deciles", "log loss", "base rate", "better")
    table = Table(*names, "groups", "items", "slots'", box=None, header_style="bold")
    for line in lines:
        better = 1.0 - line.log_loss / line.log_loss_base_rate
        coverage = (line.covered_alike, line.covered_items, line.covered_slots)
        table.add_row(
            line.data,
            f"{line.slots:,}",
            f"{line.acts:,}",
            f"{line.error_width:.4f}",
            f"{line.error_mass:.4f}",
            f"{line.log_loss:.5f}",
            f"{line.log_loss_base_rate:.5f}",
            f"{better:.1%}",
            *("" if share is None else f"{share:.2f}" for share in coverage),
        )
    return table


if __name__ == "__main__":
    typer.run(calibration)
