"""The program behind `make bench` and `make bench-full`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.parts.part import Part, Settings
from benchmarks.parts.registry import PARTS
from benchmarks.report.kept import Kept
from benchmarks.report.tables import Rows, gates_rows, page, part_tables
from benchmarks.serving.servers import shops
from headwater_server.garbage import keep_passes_short

FAILED, UNKNOWN = 1, 2
WIDTH = 140  # of the tables, whatever the terminal: a figure is never cut
_console = Console(soft_wrap=True, highlight=False, width=WIDTH)


def bench(
    only: Annotated[list[str] | None, typer.Option(help="run this part alone; see --parts")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="rounds; the medians are printed")] = 5,
    seconds: Annotated[float, typer.Option(min=0.1, help="seconds of each load in a round")] = 1.0,
    scale: Annotated[float, typer.Option(min=0.001, help="of all sizes, for a quick trial")] = 1.0,
    data: Annotated[Path, typer.Option(help="folder of real events")] = Path("../shared/data"),
    out: Annotated[Path, typer.Option(help="folder of the results")] = Path("build/bench"),
    *,
    full: Annotated[bool, typer.Option("--full", help="also the parts that take long")] = False,
    parts: Annotated[bool, typer.Option("--parts", help="name the parts, and stop")] = False,
) -> None:
    """Measure what Headwater costs beside bare gRPC echoes, and hold it against the gates.

    Servers take turns within each round, since machines drift: trust the ratios of one part. Each
    part keeps its figures in ``out``, and the table has all that are there. Exit code 1 if a call
    failed or had another answer than was asked for.
    """
    if parts:
        for part in PARTS.values():
            _console.print(f"{part.name:12} {part.text}{' (quick)' if part.is_quick else ''}")
        return
    chosen = _chosen(only or [], full=full)
    kept, failed = Kept(out), 0
    with shops() as made:
        settings = Settings(made, rounds, seconds, scale, data)
        for part in chosen:
            failed += _measure(part, settings, kept)
    _report(kept)
    if failed:
        raise typer.Exit(FAILED)


def _chosen(only: list[str], *, full: bool) -> list[Part]:
    if unknown := [name for name in only if name not in PARTS]:
        _console.print(f"no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
        raise typer.Exit(UNKNOWN)
    if only:
        return [PARTS[name] for name in only]
    return [part for part in PARTS.values() if full or part.is_quick]


def _measure(part: Part, settings: Settings, kept: Kept) -> int:
    """Run a part, keep and print its figures; return how many calls failed."""
    figures = part.run(settings)
    if settings.scale != 1.0:
        figures["scale"] = settings.scale  # the table says that it is a trial
    kept.write(part.name, figures, " ".join(["python -m benchmarks", *sys.argv[1:]]))
    for title, rows in part_tables(part.name, figures):
        _print(title, rows)
    failed: int = figures["failed"]
    return failed


def _report(kept: Kept) -> None:
    """Print the table of all that was measured, and write it as a page and as a plot."""
    figures: dict[str, Any] = kept.read(PARTS)
    _print("What must hold", gates_rows(figures))
    (kept.folder / "bench.md").write_text(page(figures), encoding="utf-8")
    _console.print(f"figures, {kept.folder / 'bench.md'}", end="")
    try:
        from benchmarks.report.plot import plot  # noqa: PLC0415 - the extra `quality` has it
    except ImportError:
        _console.print("; no plot: matplotlib comes with the extra `quality`")
        return
    plot(figures, kept.folder / "bench.png")
    _console.print(f" and {kept.folder / 'bench.png'}")


def _print(title: str, rows: Rows) -> None:
    table = Table(*rows[0], box=None)
    for row in rows[1:]:
        table.add_row(*row)
    _console.print(f"[bold]{title}[/]", table, "")


if __name__ == "__main__":
    keep_passes_short()  # as the server
    typer.run(bench)
