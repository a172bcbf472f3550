"""`headwater backtest`: how often the engine is right, measured on a shop's own past."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import explained, valid_engine
from headwater_server.cli.outputs import check_file, write_text
from headwater_server.cli.reading.files import read_files
from headwater_server.cli.reading.flags import Reading
from headwater_server.evaluation.interactions import Ask, Repeats
from headwater_server.settings import load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from rich.table import Table

    from headwater_server.evaluation.backtest import Result
    from headwater_server.evaluation.beside import Compared
    from headwater_server.evaluation.shop_history import ShopHistory
    from headwater_server.evaluation.tally import Tally

_RATES = "hit_rate_at_20", "ndcg_at_20", "mrr_at_20"


def backtest(
    files: Reading,
    flags: dict[str, Any],
    repeats: Annotated[
        Repeats,
        typer.Option(
            help="allow: exclude the visitor's latest item only; exclude: all items seen before"
        ),
    ] = Repeats.ALLOW,
    report: Annotated[
        Path | None, typer.Option(help="write a report to this file, as JSON")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="use only the first N events")] = None,
    ask: Annotated[
        Ask,
        typer.Option(help="after: ask right after each visitor's act before, too, as a page does"),
    ] = Ask.AT,
    plot: Annotated[
        Path | None,
        typer.Option(help="draw the hit rates by tenth into this file: .html, .svg or .png"),
    ] = None,
    *,
    compare: Annotated[
        bool, typer.Option(help="measure popularity, co-visitation and chance beside it")
    ] = True,
) -> None:
    """Replay a file of events and measure the hit rate.

    Before each event the engine recommends 20 items to the visitor. It is a hit if the event's
    item is one of them. The first tenth of the events is learned and not counted. The same
    questions are put to popularity, co-visitation and chance; --no-compare leaves them out.
    "first event" and "strangers" count visitors without a history: at their first event, and on
    lists asked for before each 2,000 events are learned.
    """
    from headwater_server.cli.backtest_plot import check_plot, write_plot
    from headwater_server.evaluation.backtest import uncounted
    from headwater_server.evaluation.report import as_dict, as_text

    with explained():
        check_file("--report", report)
        check_plot(plot)
        settings = load_settings(**flags).engine
        history = read_files(files, settings, limit)
        result = _run(history, repeats, ask)
        if not result.total.events:
            raise BadSettings(f"too few events to measure: {uncounted(len(history.events))}")
    beside = _beside(history, repeats, result, all_of_them=compare)
    figures = {**as_dict(result, settings), "compared": [one.as_dict() for one in beside]}
    _show(result, beside)
    if report:
        write_text(report, as_text(figures))
        typer.echo(f"report in {report}")
    if plot:
        write_plot(plot, beside, figures, history.events.path.name)
        typer.echo(f"plot in {plot}")


def _run(history: ShopHistory, repeats: Repeats, ask: Ask) -> Result:
    from headwater_server.cli.compiling import compiling_shown
    from headwater_server.cli.progress import Progress
    from headwater_server.engine.engine import Engine
    from headwater_server.engine.warmup import warm_up
    from headwater_server.evaluation.backtest import Backtest
    from headwater_server.garbage import short_passes

    with valid_engine(), compiling_shown():
        warm_up(history.settings)
    with short_passes(), Progress("backtest", len(history.events)) as progress:

        def on_event(rows: int, total: Tally) -> None:
            progress.at(rows, f"hit rate {total.hit_rate:.4f}")

        return Backtest(Engine(), history, repeats, on_event, ask=ask).run()


def _beside(
    history: ShopHistory, repeats: Repeats, own: Result, *, all_of_them: bool
) -> list[Compared]:
    from headwater_server.cli.progress import Progress
    from headwater_server.evaluation.backtest import Backtest
    from headwater_server.evaluation.baselines.recommender import AsEngine
    from headwater_server.evaluation.beside import OWN, baselines, compared

    results = {OWN: ("the engine with the settings of this run", own)}
    for one in baselines() if all_of_them else ():
        with Progress(one.name, len(history.events)) as progress:
            run = Backtest(AsEngine(one), history, repeats, lambda row, _: progress.at(row))
            results[one.name] = (one.settings, run.run())
    return compared(results, [event.visitor_id for event in history.events.events()])


def _show(result: Result, beside: list[Compared]) -> None:
    from rich.console import Console
    from rich.table import Table

    from headwater_server.evaluation.beside import chance_note

    table = Table("tenth", "events", "hit rate@20", "ndcg@20", "mrr@20", box=None)
    rows = [*((str(n), t) for n, t in enumerate(result.by_tenth, 1)), ("all", result.total)]
    for name, tally in rows:
        figures = tally.figures()
        cells = [f"{figures[key] or 0:.4f}" for key in _RATES]
        table.add_row(name, str(tally.events), *(cells if tally.events else ["-"] * 3))
    console = Console(soft_wrap=True)
    if result.after:
        figures = result.after.figures()
        rates = [f"{figures[key] or 0:.4f}" for key in _RATES]
        table.add_row("all, asked after", str(result.after.events), *rates)
    console.print(table)
    console.print(f"{result.events_per_second:,.0f} events a second · digest {result.digest}")
    if result.quarantined:
        console.print(f"[yellow]{result.quarantined} events were quarantined[/]")
    console.print(*_tables_of(beside), sep="\n")
    if note := chance_note(beside):
        console.print(f"note: {note}", style="dim", markup=False)


def _tables_of(beside: list[Compared]) -> Iterator[Table]:
    """Yield two tables that fit 80 columns: all questions, and those of new visitors."""
    from rich.table import Table

    from headwater_server.evaluation.reports.backtest_page import HEADS, NEW_HEADS, cells

    new = [HEADS.index(head) for head in NEW_HEADS]
    for places in ([n for n in range(len(HEADS)) if n not in new], [0, *new]):
        table = Table(*(HEADS[n] for n in places), box=None)
        table.columns[0].no_wrap = True
        for one in beside:
            table.add_row(*(cells(one)[n] for n in places))
        yield table
