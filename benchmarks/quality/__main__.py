"""The program behind `make quality`."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.quality.ablation import ablation_page
from benchmarks.quality.cache import Cache
from benchmarks.quality.contestants import Contestant, headwater, peers, removable
from benchmarks.quality.measure import Measured, as_values, measure
from benchmarks.quality.pages import Found, page
from benchmarks.quality.sets import DataSet, Skipped, folders, read_set
from headwater_server.cli.progress import Progress
from headwater_server.evaluation.interactions import Repeats
from headwater_server.evaluation.tally import Tally

LIMIT, LIMIT_ABLATION = 100_000, 20_000
BAD_CALL = 2
_console = Console(soft_wrap=True, highlight=False)


def quality(
    data: Annotated[Path, typer.Option(help="folder of folders with events.csv.gz")] = Path(
        "../shared/data"
    ),
    out: Annotated[Path, typer.Option(help="folder of the page, the JSON, the plot")] = Path(
        "build/quality"
    ),
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="only this set; repeatable")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="events a set; 100,000, or 20,000 with --ablate")
    ] = None,
    repeats: Annotated[
        list[str] | None, typer.Option(help="set=allow or set=exclude; repeatable")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="only contestants with this in the name; repeatable")
    ] = None,
    *,
    ablate: Annotated[
        bool, typer.Option("--ablate", help="Headwater with each part left out in turn")
    ] = False,
    cache: Annotated[bool, typer.Option(help="take figures of which nothing changed")] = True,
) -> None:
    """Hold Headwater's lists against other recommenders', on the same events, by one backtest.

    How a set treats repeats: --repeats, else `repeats` in its meta.json, else what its events
    suggest (excluded where visitors rarely return to an item).
    """
    paths = _folders(data, sets or [])
    contestants = _contestants(only or [], ablate=ablate)
    wanted = _repeats(repeats or [])
    events = limit or (LIMIT_ABLATION if ablate else LIMIT)
    read = [_read(folder, events, wanted) for folder in paths]
    chosen = [one for one in read if isinstance(one, DataSet)]
    skipped = [one for one in read if isinstance(one, Skipped)]
    for skip in skipped:
        _console.print(f"{skip.name}: not measured, {skip.reason}")
    if not chosen:
        raise typer.BadParameter(f"no set in {data} can be measured", param_hint="--data")
    kept = Cache(out / "cache", reads=cache)
    found = [_measure_all(one, contestants, kept, chosen) for one in chosen]
    _report(found, skipped, out, ablate=ablate)


def _contestants(only: Sequence[str], *, ablate: bool) -> list[Contestant]:
    if ablate:
        parts = removable()
        if not parts:
            _console.print("this build knows no removable parts: EngineSettings has no `without`")
            raise typer.Exit(BAD_CALL)
        return [headwater(), *map(headwater, parts)]
    try:
        everyone = [headwater(), *peers()]
    except ImportError as error:
        _console.print(
            f"{error}; `make quality` installs the peers (pip install -e '.\\[quality]')"
        )
        raise typer.Exit(BAD_CALL) from None
    return [c for c in everyone if not only or any(o.lower() in c.name.lower() for o in only)]


def _repeats(texts: Sequence[str]) -> dict[str, Repeats]:
    try:
        pairs = [text.split("=", 1) for text in texts]
        return {name: Repeats(rule) for name, rule in pairs}
    except ValueError:
        raise typer.BadParameter("give set=allow or set=exclude", param_hint="--repeats") from None


def _folders(data: Path, names: Sequence[str]) -> list[Path]:
    try:
        return folders(data, frozenset(names))
    except FileNotFoundError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from None


def _read(folder: Path, limit: int, repeats: dict[str, Repeats]) -> DataSet | Skipped:
    _console.print(f"reading {folder.name}")
    return read_set(folder, limit, repeats)


def _measure_all(
    data: DataSet, contestants: Sequence[Contestant], cache: Cache, sets: Sequence[DataSet]
) -> Found:
    measured: list[Measured] = []
    for number, contestant in enumerate(contestants, start=1):
        done = sets.index(data) * len(contestants) + number
        name = f"{done} of {len(sets) * len(contestants)}: {data.name}, {contestant.name}"
        with Progress(name, len(data.history.events)) as progress:

            def on_event(rows: int, total: Tally, at: Progress = progress) -> None:
                at.at(rows, f"hit rate {total.hit_rate:.4f}")

            one = measure(data, contestant, cache, on_event)
            if one.cached:
                rate = one.total["hit_rate_at_20"] or 0.0
                progress.at(len(data.history.events), f"hit rate {rate:.4f}, kept")
        measured.append(one)
    return Found(data, measured)


def _report(found: Sequence[Found], skipped: Sequence[Skipped], out: Path, *, ablate: bool) -> None:
    """Write the page, the JSON and the plot; print the page."""
    command = shlex.join(["python", "-m", "benchmarks.quality", *sys.argv[1:]])
    text = ablation_page(found, command) if ablate else page(found, skipped, command)
    name = "ablation" if ablate else "quality"
    written = [out / f"{name}.md", out / f"{name}.json"]
    written[0].write_text(text, encoding="utf-8")
    values = {one.data.name: [as_values(m) for m in one.measured] for one in found}
    figures = {"command": command, "sets": values, "skipped": {s.name: s.reason for s in skipped}}
    written[1].write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if not ablate:
        from benchmarks.quality.plot import plot  # noqa: PLC0415 - needs the extra

        written.append(out / "quality.png")
        plot(found, written[-1])
    _console.print(Markdown(text) if _console.is_terminal else text, markup=False)
    _console.print(f"written: {', '.join(map(str, written))}")


if __name__ == "__main__":
    typer.run(quality)
