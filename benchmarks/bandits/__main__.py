"""Headwater's choices beside Vowpal Wabbit's: cumulative reward on five bandits.

    python -m benchmarks.bandits [--quick] [--world digits] [--report bandits.json]

Needs the extra `quality`. Headwater has its default settings; of each explorer of Vowpal Wabbit the
flags count that earn most over all seeds of the world. Both see the same turns.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.bandits import ours, vowpal
from benchmarks.bandits.worlds import World, worlds
from headwater_server.cli.progress import Progress

WIDTH = 120
QUICK_SEEDS, QUICK_SHARE = 2, 0.4
_console = Console(soft_wrap=True, highlight=False, width=WIDTH)
Figures = dict[str, Any]


def bandits(
    seeds: Annotated[int, typer.Option(min=1, help="of each world")] = 10,
    world: Annotated[str, typer.Option(help="one world only")] = "",
    *,
    quick: Annotated[bool, typer.Option(help="2 seeds, fewer turns: about 2 minutes")] = False,
    report: Annotated[Path | None, typer.Option(help="write all figures here, as JSON")] = None,
) -> None:
    """Print the rewards of all contestants by world, and the ratio to the best other one."""
    makers = worlds()
    if world and world not in makers:
        raise typer.BadParameter(f"{world}: write one of {', '.join(makers)}")
    chosen = [make() for name, make in makers.items() if world in ("", name)]
    measured = [_measured(one, QUICK_SEEDS if quick else seeds, quick=quick) for one in chosen]
    _console.print(_table(measured))
    if report:
        report.write_text(json.dumps(measured, indent=1) + "\n")
        _console.print(f"report in {report}")


def _measured(world: World, seeds: int, *, quick: bool) -> Figures:
    events = int(world.events * (QUICK_SHARE if quick else 1.0))
    commands = {name: vowpal.flags(world, name) for name in vowpal.EXPLORERS}
    runs = seeds * (1 + sum(map(len, commands.values())))
    with Progress(world.name, runs) as progress:
        at = 0

        def all_seeds(play: Callable[[int], float]) -> list[float]:
            nonlocal at
            won = []
            for seed in range(1, seeds + 1):
                won.append(play(seed))
                at += 1
                progress.at(at, "")
            return won

        def playing(line: str) -> Callable[[int], float]:
            return lambda seed: vowpal.play(world, seed, events, line)

        own = all_seeds(lambda seed: ours.play(world, seed, events))
        others = {}
        for name, lines in commands.items():
            tried = {line: all_seeds(playing(line)) for line in lines}
            best = max(tried, key=lambda line: mean(tried[line]))
            others[name] = {"flags": best, "rewards": tried[best]}
    return {"world": world.name, "events": events, "headwater": own, "vowpal wabbit": others}


def _table(measured: list[Figures]) -> Table:
    table = Table(title="cumulative reward, mean (deviation) of all seeds")
    for column in ("world", "turns", "headwater", *vowpal.EXPLORERS, "ratio to the best"):
        table.add_column(column)
    for row in measured:
        others = [mean(row["vowpal wabbit"][name]["rewards"]) for name in vowpal.EXPLORERS]
        own = row["headwater"]
        spread = f" ({stdev(own):.0f})" if len(own) > 1 else ""
        figures = f"{mean(own):.0f}{spread}", *(f"{other:.0f}" for other in others)
        ratio = mean(own) / max(*others, 1e-9)
        table.add_row(row["world"], str(row["events"]), *figures, f"{ratio:.3f}")
    return table


if __name__ == "__main__":
    typer.run(bandits)
