"""`headwater causal`: what placing, and what seeing an item does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.evaluating.command import UNANSWERED, no_answer_explained
from headwater_server.cli.failures import explained
from headwater_server.cli.outputs import check_folder, new_file, write_text
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.evaluation.causal.asked import CausalAsked

WINDOW_HOURS_MAX = 24.0 * 366.0
JSON_NAME, PAGE_NAME = "causal.json", "causal.html"

Item = Annotated[
    str | None, typer.Option("--item", metavar="ID", help="the item that is asked about")
]
Filter = Annotated[
    str | None, typer.Option("--filter", metavar="F", help="all items that pass this filter")
]
Category = Annotated[
    str | None, typer.Option("--category", metavar="C", help="all items of this category")
]
Placement = Annotated[str, typer.Option(metavar="P", help="lists of this placement")]
OutcomeName = Annotated[str, typer.Option(metavar="NAME", help="purchase, act or revenue")]
Window = Annotated[
    float, typer.Option(metavar="H", help="hours after a list in which the outcome counts")
]
From = Annotated[str | None, typer.Option("--from", help="first lists: an offset or a date (UTC)")]
To = Annotated[
    str | None, typer.Option("--to", "--until", help="last lists: an offset or a date (UTC)")
]
Level = Annotated[float, typer.Option(help="probability that an interval contains the truth")]
Report = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help=f"write {JSON_NAME} and the page {PAGE_NAME} there"),
]
AsJson = Annotated[bool, typer.Option("--json", help="print the report as JSON, not as text")]


def causal(
    flags: dict[str, Any],
    item: Item = None,
    filter_: Filter = None,
    category: Category = None,
    placement: Placement = "",
    outcome: OutcomeName = "purchase",
    window_hours: Window = 72.0,
    from_: From = None,
    to: To = None,
    level: Level = 0.95,
    report: Report = None,
    as_json: AsJson = False,
) -> None:
    """Estimate what placing and seeing an item does.

    To purchases, acts or revenue. It uses the chances with which lists were drawn, from a log
    (--data-dir, --redis-url or --archive-dir). Writes nothing to it. Exit code 0: the effect of
    placing has a figure; 3: it has none, and the text says why. Needs the extra:
    pip install 'headwater-server[causal]'.
    """
    given = dict(locals())
    with explained():
        _check_packages()
        found = _found(_asked(given), flags, report)
    _show(found, as_json=as_json)
    _write(found, report, quiet=as_json)
    if found["headline"]["placing"]["value"] is None:
        raise typer.Exit(UNANSWERED)


def _check_packages() -> None:
    from headwater_server.inference.causal.packages import FIX, missing

    if lacks := missing():
        raise BadSettings(f"causal needs {', '.join(lacks)}: {FIX}")


def _asked(given: dict[str, Any]) -> CausalAsked:
    """Return what is asked. Raises `BadSettings`, which names the flag and the fix."""
    from headwater_server.evaluation.causal.asked import CausalAsked, Outcome

    subject, item_id, text = _subject(given)
    if not given["placement"]:
        raise BadSettings("give --placement, the place where the lists were shown")
    names = [str(one) for one in Outcome]
    if given["outcome"] not in names:
        raise BadSettings(f"--outcome {given['outcome']}: write {', '.join(names)}")
    hours = given["window_hours"]
    if not 0.0 < hours <= WINDOW_HOURS_MAX:
        raise BadSettings(
            f"--window-hours {hours:g}: must be above 0, and at most {WINDOW_HOURS_MAX:g}"
        )
    if not 0.5 <= given["level"] <= 0.9999:
        raise BadSettings(f"--level {given['level']:g}: must lie between 0.5 and 0.9999")
    return CausalAsked(
        subject,
        item_id,
        text,
        given["placement"],
        Outcome(given["outcome"]),
        hours,
        _span(given),
        given["level"],
    )


def _subject(given: dict[str, Any]) -> tuple[str, str, str]:
    """Return how it is named, the item, and the filter: one of these is empty."""
    from headwater_server.engine.catalogue.filters import BadFilterError, parse
    from headwater_server.evaluation.causal.asked import category_filter

    named = [name for name in ("item", "filter_", "category") if given[name] is not None]
    if len(named) != 1:
        raise BadSettings("give one of --item, --filter and --category")
    value = given[named[0]]
    if not value.strip():
        raise BadSettings(f"--{named[0].strip('_')}: is empty")
    if named[0] == "item":
        return f"the item {value}", value, ""
    text = value if named[0] == "filter_" else category_filter(value)
    try:
        parse(text)
    except BadFilterError as error:
        raise BadSettings(f"--{named[0].strip('_')}: {error}") from None
    if named[0] == "filter_":
        return f"items with {value}", "", text
    return f"items of the category {value}", "", text


def _span(given: dict[str, Any]) -> Any:
    from headwater_server.evaluation.shown.span import Span

    try:
        return Span.of(given["from_"], given["to"])
    except ValueError as error:
        raise BadSettings(str(error).replace("--until", "--to")) from None


def _found(asked: CausalAsked, flags: dict[str, Any], report: Path | None) -> dict[str, Any]:
    from headwater_server.cli.causal.of_log import causal_of_log

    check_folder("--report", report)
    with no_answer_explained():
        return causal_of_log(asked, flags)


def _write(found: dict[str, Any], report: Path | None, *, quiet: bool) -> None:
    """Write both files, and print where, unless the output is JSON for a program."""
    if report is None:
        return
    from headwater_server.evaluation.causal.page import page
    from headwater_server.evaluation.reports.as_json import as_text

    with new_file(report / JSON_NAME) as part:
        report.mkdir(exist_ok=True)
        part.write_text(as_text(found), encoding="utf-8")
    write_text(report / PAGE_NAME, page(found))
    if not quiet:
        typer.echo(f"report in {report / JSON_NAME} and {report / PAGE_NAME}")


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        from headwater_server.evaluation.causal.report import as_text

        print(as_text(found))
        return
    from rich.console import Console

    from headwater_server.cli.causal.table import show

    console = Console(soft_wrap=True, highlight=False, markup=False)
    if not console.is_terminal:
        console.width = 140
    show(found, console)
