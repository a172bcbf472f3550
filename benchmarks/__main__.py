"""The program behind `make bench`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from benchmarks.serving.bursts import run_bursts
from benchmarks.serving.figures import medians
from benchmarks.serving.frozen import run_frozen
from benchmarks.serving.rounds import CASES, Bench
from benchmarks.serving.stage import CAPPED, ECHO_AIO, ECHO_THREADS, HEADWATER, POOLS, stage
from benchmarks.serving.tables import bursts_table, frozen_table, rates_table
from benchmarks.serving.workload import Workload
from headwater_server.cli.progress import Progress

BURSTS_S = 2.0  # of each round, alone and beside bursts
FAILED = 1
WIDTH = 120  # of the tables, whatever the terminal: a figure is never cut
_console = Console(soft_wrap=True, highlight=False, width=WIDTH)


def bench(
    rounds: Annotated[int, typer.Option(min=1, help="rounds; the medians are printed")] = 5,
    seconds: Annotated[float, typer.Option(min=0.2, help="seconds a round, server and load")] = 1.0,
    events: Annotated[int, typer.Option(min=1, help="events learned beforehand")] = 30_000,
    *,
    threads: Annotated[
        bool, typer.Option("--threads", help="add the engine behind thread pools and one lock")
    ] = False,
    gateway: Annotated[
        bool, typer.Option("--gateway", help="add the same server, through an Envoy before it")
    ] = False,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="freeze the store under load instead")
    ] = False,
    frozen_seconds: Annotated[float, typer.Option(min=0.1, help="seconds it is frozen")] = 1.0,
    report: Annotated[Path | None, typer.Option(help="write all figures here, as JSON")] = None,
) -> None:
    """Compare Headwater's Recommend and Feedback with bare gRPC echoes, in one run.

    The servers take turns within each round, since machines drift: trust the ratios. Exit code 1
    if any call failed or was answered with something else than was asked for (not with --frozen).
    """
    workload = Workload(events=events)
    if frozen:
        figures = _frozen(workload, frozen_seconds, threads=threads)
    else:
        figures = _rates(workload, rounds, seconds, threads=threads, gateway=gateway)
    if report:
        report.write_text(json.dumps(figures, indent=1) + "\n")
        _console.print(f"report in {report}")
    if figures["failed"]:
        raise typer.Exit(FAILED)


def _rates(
    workload: Workload, rounds: int, seconds: float, *, threads: bool, gateway: bool
) -> dict[str, Any]:
    pools = POOLS if threads else ()
    with _bench(workload, echoes=True, pools=pools, rounds=rounds, gateway=gateway) as run:
        run.run(CASES, rounds, seconds)
        learners = [server for server in run.servers if server.store_process()]
        bursts = run_bursts(run, learners, rounds, BURSTS_S)
    references = (ECHO_AIO, ECHO_THREADS, *((HEADWATER,) if gateway else ()))
    _console.print(rates_table(run.measured, references))
    _console.print("\n[bold]Reads while feedback comes in bursts[/]", bursts_table(bursts))
    failed = sum(sum(f.failed.values()) for taken in run.measured.values() for f in taken)
    return {
        "rates": [
            {"case": case, "server": server, **asdict(medians(taken))}
            for (case, server), taken in run.measured.items()
        ],
        "bursts": {name: asdict(one) for name, one in bursts.items()},
        "failed": failed + sum(one.failed for one in bursts.values()),
    }


def _frozen(workload: Workload, seconds: float, *, threads: bool) -> dict[str, Any]:
    pools = (*POOLS, CAPPED) if threads else ()
    with _bench(workload, echoes=False, pools=pools, rounds=0) as run:
        found = {server.name: run_frozen(run, server, seconds) for server in run.servers}
    _console.print(f"[bold]The store freezes for {seconds} s[/]", frozen_table(found))
    return {"frozen": {name: asdict(one) for name, one in found.items()}, "failed": 0}


@contextmanager
def _bench(
    workload: Workload,
    *,
    echoes: bool,
    pools: tuple[tuple[int, int], ...],
    rounds: int,
    gateway: bool = False,
) -> Iterator[Bench]:
    """Yield a bench that shows how far it is."""
    with stage(workload, echoes=echoes, pools=pools, gateway=gateway) as (load, servers):
        learners = 1 + len(pools) + gateway
        pairs = len(CASES) * len(servers)
        steps = pairs * (1 + rounds) + learners * rounds if echoes else learners
        with Progress("bench", steps) as progress:
            done = iter(range(steps))
            yield Bench(load, servers, workload, lambda text: progress.at(next(done), text))


if __name__ == "__main__":
    typer.run(bench)
