"""The program behind `make drift`."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.drift.measure import contestants, measure
from benchmarks.drift.pages import Found, about, as_values, plot, table, verdict
from benchmarks.drift.recovery import Hits
from benchmarks.drift.stream import CHANGES, Change, Stream
from benchmarks.quality.cache import Cache
from headwater_server.cli.progress import Progress

BAD_CALL = 2
_console = Console(soft_wrap=True, highlight=False)


def drift(
    seeds: Annotated[int, typer.Option(min=1, help="simulated shops; the medians are printed")] = 3,
    out: Annotated[Path, typer.Option(help="folder of the page, the JSON, the plot")] = Path(
        "build/drift"
    ),
    changes: Annotated[
        list[str] | None, typer.Option("--change", help="only this kind; repeatable")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="only contestants with this in the name; repeatable")
    ] = None,
    *,
    cache: Annotated[bool, typer.Option(help="take figures of which nothing changed")] = True,
) -> None:
    """Change the taste of a simulated shop, and count how soon recommenders are back."""
    kept = Cache(out / "cache", reads=cache)
    wanted = [one for one in CHANGES if not changes or one.name in changes]
    try:
        everyone = contestants(only or [])
    except ImportError as error:
        _console.print(f"{error}; `make drift` installs the peers (pip install -e '.\\[quality]')")
        raise typer.Exit(BAD_CALL) from None
    found: dict[Change, Found] = {}
    for change in wanted:
        rows: dict[str, list[Hits]] = {}
        for contestant in everyone:
            for seed in range(1, seeds + 1):
                log = Stream(seed, change)
                with Progress(f"{change.name} {seed}: {contestant.name}", change.events) as bar:
                    hits = measure(contestant, log, kept, bar.at)
                rows.setdefault(contestant.name, []).append(hits)
        found[change] = rows
        _console.print(Markdown(_part(change, rows)))
    _write(found, {one.name: one.settings for one in everyone}, out)


def _part(change: Change, rows: Found) -> str:
    return f"## {change.name}\n\n{table(change, rows)}\n\n{verdict(change, rows)}\n"


def _write(found: dict[Change, Found], settings: dict[str, str], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    command = shlex.join(["python", "-m", "benchmarks.drift", *sys.argv[1:]])
    parts = [f"    {command}", about(), *(_part(*one) for one in found.items())]
    parts += ["\n".join(f"- {name}: {text}" for name, text in settings.items())]
    (out / "drift.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    values = {change.name: as_values(change, rows) for change, rows in found.items()}
    (out / "drift.json").write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    plot(found, out / "drift.png")
    _console.print(f"written: {out}/drift.md, drift.json, drift.png")


if __name__ == "__main__":
    typer.run(drift)
