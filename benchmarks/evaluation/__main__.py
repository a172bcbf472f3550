"""`python -m benchmarks.evaluation BAR`: what evaluation and experiments must hold.

Each command prints its figures, then each gate with the figure and pass or FAIL. Exit code 1: a
gate is missed; 2: the data or a peer is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.evaluation import (
    apprentice_bar,
    causal,
    causal_engine,
    cost,
    coverage,
    cuped,
    lists,
    obp,
    peeking,
    posteriors,
    ratio,
    real,
    replaying,
    shadowing,
    sizes,
    tails,
)
from benchmarks.evaluation.list_shop import Sizes
from benchmarks.evaluation.peers import BAD_CALL
from headwater_server.cli.shadowing.priority import Priority

app = typer.Typer(no_args_is_help=True, help=__doc__)
Data = Annotated[Path, typer.Option(help="folder of the real event data")]
Seed = Annotated[int, typer.Option(help="seed of all that is drawn")]
Visits = Annotated[int, typer.Option(min=1_000, help="of simulated shoppers; half are history")]
SHARED = Path("../shared/data")
_console = Console(stderr=True, highlight=False)


@app.command("obp")
def run_obp(data: Data = SHARED) -> None:
    """Compare IPS, SNIPS and DR with obp's on Open Bandit's rows."""
    _needs(lambda: obp.compare(_open_bandit(data)))


@app.command("coverage")
def run_coverage(
    data: Data = SHARED,
    rows: Annotated[int, typer.Option(min=100, help="rows of each draw")] = 10_000,
    draws: Annotated[int, typer.Option(min=10, help="draws of each world")] = 1_000,
    seed: Seed = 1,
) -> None:
    """Draw rows from known rates; count how often intervals hold the truth."""
    _needs(lambda: coverage.check(_open_bandit(data), rows, draws, seed))


@app.command("real")
def run_real(data: Data = SHARED) -> None:
    """Ask Open Bandit's real rows of one policy about the other."""
    _needs(lambda: real.check(_open_bandit(data)))


@app.command("lists")
def run_lists(
    blocks: Annotated[int, typer.Option(min=10, help="blocks of lists")] = 200,
    rows: Annotated[int, typer.Option(min=100, help="lists of a block")] = 1_000,
    places: Annotated[int, typer.Option(min=10, help="of the log, at which lists are drawn")] = 250,
    drawn: Annotated[int, typer.Option(min=1, help="lists drawn at each place")] = 100,
    history: Annotated[int, typer.Option(min=0, help="visits before the first place")] = 4_000,
    seed: Seed = 1,
    champion: Annotated[str, typer.Option(help="only this one, such as 'T 0.2 eps 0.02'")] = "",
    report: Annotated[Path | None, typer.Option(help="write the figures here, as JSON")] = None,
) -> None:
    """Ask lists that a simulated shop showed of six other policies; count what intervals hold."""
    if champion and champion not in lists.CHAMPIONS:
        raise typer.BadParameter(f"write one of {', '.join(lists.CHAMPIONS)}")
    lists.check(blocks, rows, Sizes(history, places, drawn), seed, report, champion)


@app.command("peeking")
def run_peeking(
    runs: Annotated[int, typer.Option(min=10, help="A/A experiments")] = 1_000,
    visits: Visits = 16_000,
    seed: Seed = 1,
) -> None:
    """Read A/A experiments at 100 looks; count the differences that are called."""
    peeking.check(runs, visits, seed)


@app.command("tails")
def run_tails(
    runs: Annotated[int, typer.Option(min=10, help="A/A experiments")] = 1_000,
    visits: Visits = 16_000,
    seed: Seed = 1,
) -> None:
    """Read A/A experiments on purchases and revenue at 100 looks, as `peeking` does on clicks."""
    tails.check(runs, visits, seed)


@app.command("posteriors")
def run_posteriors(
    shops: Annotated[int, typer.Option(min=4, help="simulated shops, each of 60 items")] = 120,
    visits: Annotated[int, typer.Option(min=100, help="lists shown in each shop")] = 1_000,
    days: Annotated[int, typer.Option(min=2, help="days in which they are shown")] = 40,
    seed: Seed = 1,
) -> None:
    """Count how often the 90 % intervals of items' act rates hold the truth."""
    _needs(lambda: posteriors.check(shops, visits, days, seed))


@app.command("cuped")
def run_cuped(data: Data = SHARED, visits: Visits = 16_000, seed: Seed = 1) -> None:
    """Measure the variance that is left when history is taken out."""
    _needs(lambda: cuped.check(data / "online_retail" / "events.csv.gz", visits, seed))


@app.command("ratio")
def run_ratio(
    runs: Annotated[int, typer.Option(min=10, help="experiments of each split")] = 1_000,
    seed: Seed = 1,
) -> None:
    """Count the sample-ratio alarms of right and wrong splits."""
    ratio.check(runs, seed)


@app.command("replay")
def run_replay(
    lists: Annotated[int, typer.Option(min=20, help="lists that visitors see")] = 2_000,
    seed: Seed = 1,
) -> None:
    """Ask every list that a real server showed again, from its log."""
    replaying.check(lists, seed)


@app.command("bytes")
def run_bytes(
    visits: Annotated[int, typer.Option(min=20, help="of simulated shoppers")] = 2_000,
    seed: Seed = 1,
) -> None:
    """Measure what place and question of an answer add to its events."""
    sizes.check(visits, seed)


@app.command("cost")
def run_cost(
    events: Annotated[int, typer.Option(min=1_000, help="on the recorded log")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="the least of them counts")] = 2,
    seed: Seed = 1,
    folder: Annotated[
        Path | None, typer.Option(help="keep the log here; if it is here, it is not recorded again")
    ] = None,
) -> None:
    """Evaluate one policy that shares the state; compare with the plain fold of the log."""
    try:
        cost.check(events, rounds, seed, folder)
    except cost.BadFolderError as problem:
        raise typer.BadParameter(str(problem), param_hint="--folder") from None


@app.command("shadow")
def run_shadow(
    entries: Annotated[int, typer.Option(min=2_000, help="of the log that is folded")] = 1_000_000,
    priority: Annotated[Priority, typer.Option(help="of the shadow")] = Priority.IDLE,
    *,
    verify: Annotated[
        bool, typer.Option(help="compare with `headwater evaluate` at the end")
    ] = True,
    seed: Seed = 1,
) -> None:
    """Measure a server's answers with and without a shadow that folds a long log beside it."""
    shadowing.check(entries, seed, priority, verify=verify)


@app.command("personalizer")
def run_personalizer(
    runs: Annotated[int, typer.Option(min=10, help="logs of each kind")] = 100,
    events: Annotated[int, typer.Option(min=200, help="of each log")] = 3_000,
    served: Annotated[  # noqa: FBT002 - a flag of the command
        bool, typer.Option(help="also play one log with the SDK, a server and a store")
    ] = True,
    seed: Seed = 1,
) -> None:
    """Run an apprentice with a share; count what intervals hold, and who is called ready."""
    apprentice_bar.check(runs, events, seed, served=served)


@app.command("causal")
def run_causal(
    shops: Annotated[int, typer.Option(min=10, help="simulated shops")] = 150,
    lists: Annotated[int, typer.Option(min=1_000, help="of each shop")] = 20_000,
    *,
    engine: Annotated[
        bool, typer.Option("--engine", help="replay lists of the real engine, on three seeds")
    ] = False,
    visits: Annotated[int, typer.Option(min=200, help="with --engine, to the shop")] = 3_000,
    seed: Seed = 1,
) -> None:
    """Estimate effects of which the truth is known; count what intervals hold."""
    if engine:
        _needs(lambda: causal_engine.check(visits, seed))
    else:
        _needs(lambda: causal.check(shops, lists, seed))


def _open_bandit(data: Path) -> Path:
    return data / "obd" / "impressions.csv.gz"


def _needs(run: Callable[[], None]) -> None:
    """Run it; exit with 2 and the reason if the data or a peer is missing."""
    try:
        run()
    except (FileNotFoundError, ModuleNotFoundError) as problem:
        _console.print(str(problem))
        raise typer.Exit(BAD_CALL) from None


if __name__ == "__main__":
    app()
