"""`python -m benchmarks.rankers`: the table of docs/models.md, section "Any River model"."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from headwater_server.cli.progress import Progress
from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.evaluation.backtest import Backtest
from headwater_server.evaluation.interactions import Repeats
from headwater_server.evaluation.shop_history import read_history
from headwater_server.evaluation.tally import Tally

SCALED = "river:preprocessing.StandardScaler() | "
RANKERS = {
    "listwise (the default)": "listwise",
    "logistic regression": SCALED + "linear_model.LogisticRegression()",
    "AdPredictor": SCALED + "preprocessing.Binarizer() | linear_model.AdPredictor(epsilon=0.001)",
    "factorisation machine": SCALED + "facto.FMClassifier(n_factors=4)",
    "adaptive random forest": "river:forest.ARFClassifier(n_models=5)",
}
SETS = {
    "bol_serenade": Repeats.ALLOW,
    "online_retail": Repeats.ALLOW,
    "movielens_small": Repeats.EXCLUDE,
}
_console = Console(soft_wrap=True, highlight=False, width=160)


@dataclass(frozen=True)
class Run:
    """One backtest: quality, and processor seconds for an event learned and asked."""

    total: Tally
    cpu_s: float


def rankers(
    data: Annotated[Path, typer.Option(help="folder that holds the sets")] = Path("../shared/data"),
    limit: Annotated[int, typer.Option(min=20, help="events of each set")] = 5_000,
    ranker: Annotated[
        list[str] | None, typer.Option(help="an expression to run, too; may be repeated")
    ] = None,
) -> None:
    """Run the backtest with each ranker on each set that is there; print a Markdown table.

    The cost is processor time, as a ratio to the default ranker on the same events: what else
    the machine does counts less so.
    """
    chosen = RANKERS | {expression: expression for expression in ranker or ()}
    found = [name for name in SETS if (data / name / "events.csv.gz").exists()]
    if not found:
        _console.print(f"none of {', '.join(SETS)} is in {data}")
        raise typer.Exit(2)
    runs: dict[tuple[str, str], Run] = {}
    with Progress("rankers", len(found) * len(chosen) * limit) as progress:
        for done, (name, label) in enumerate((n, r) for n in found for r in chosen):
            progress.at(done * limit, f"{name}, {label}")
            runs[name, label] = _run(data / name, SETS[name], chosen[label], limit)
            hits = runs[name, label].total.hit_rate
            _console.print(f"{name}, {label}: hit rate at 20 {hits:.3f}", style="dim")
    _print(found, chosen, runs)


def _run(folder: Path, repeats: Repeats, ranker: str, limit: int) -> Run:
    settings = EngineSettings(ranker=ranker)
    items = folder / "items.csv.gz"
    history = read_history(
        folder / "events.csv.gz", items if items.exists() else None, settings, limit
    )
    warm_up(settings)
    started = time.process_time()
    result = Backtest(Engine(), history, repeats).run()
    return Run(result.total, (time.process_time() - started) / result.rows)


def _print(found: list[str], chosen: dict[str, str], runs: dict[tuple[str, str], Run]) -> None:
    _console.print("| ranker | " + " | ".join(found) + " | cost |")
    _console.print("| --- |" + " --- |" * (len(found) + 1))
    default = next(iter(chosen))
    for label in chosen:
        cells = []
        for name in found:
            figures = runs[name, label].total.figures()
            cells.append(f"{figures['hit_rate_at_20']:.3f} / {figures['ndcg_at_20']:.3f}")
        ratios = [runs[name, label].cpu_s / runs[name, default].cpu_s for name in found]
        cost = f"{min(ratios):.1f} to {max(ratios):.1f}" if label != default else "1"
        _console.print(f"| {label} | " + " | ".join(cells) + f" | {cost} |")


if __name__ == "__main__":
    typer.run(rankers)
