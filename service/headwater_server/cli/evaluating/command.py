"""`headwater evaluate`: what other policies would have earned, from the log alone."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.evaluating.of_rows import Format, check_rows, evaluate_rows
from headwater_server.cli.evaluating.promoting import check_promote, promote_if_better
from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.cli.outputs import check_file, write_text
from headwater_server.cli.stores import store_explained
from headwater_server.cli.target import key_option, target_option
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

UNANSWERED = 3
"""No policy could be compared: the log does not overlap with any."""

Policies = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        help="a policy on the log, a baseline, such as best or random, or a TOML file with "
        "settings; may be repeated",
    ),
]
From = Annotated[
    str | None, typer.Option("--from", help="first answers: an offset or a date (UTC)")
]
Until = Annotated[str | None, typer.Option(help="last answers: an offset or a date (UTC)")]
Metric = Annotated[
    str | None,
    typer.Option(help="act_rate (default), reward, purchases or revenue", metavar="METRIC"),
]
Window = Annotated[
    float, typer.Option(min=0.001, max=525_600, help="minutes in which an act counts for a list")
]
Level = Annotated[float, typer.Option(help="probability that an interval contains the truth")]
Report = Annotated[
    Path | None, typer.Option(help="write the report to this file, as JSON, and a page beside it")
]

PromoteAt = Annotated[
    str | None,
    typer.Option(
        metavar="H:P",
        callback=target_option,
        help="promote the policy at this server if its verdict is better",
    ),
]
PromoteKey = Annotated[
    str,
    typer.Option(
        envvar="HEADWATER_KEY",
        show_default=False,
        callback=key_option,
        help="API key for --promote, with the scope experiments; better set as HEADWATER_KEY",
    ),
]


def evaluate(
    flags: dict[str, Any],
    policy: Policies = None,
    from_: From = None,
    until: Until = None,
    placement: Annotated[
        str | None, typer.Option(help="only answers of this placement (rows: campaign)")
    ] = None,
    metric: Metric = None,
    window_minutes: Window = 30.0,
    warm_days: Annotated[
        float,
        typer.Option(min=0, max=36_500, help="days that an engine of its own learns, uncounted"),
    ] = 7.0,
    level: Level = 0.95,
    report: Report = None,
    check: Annotated[
        bool, typer.Option("--check", help="ask every answer again, and compare it byte for byte")
    ] = False,
    first_slot: Annotated[
        bool, typer.Option("--first-slot", help="count the first slot of each list only")
    ] = False,
    always_valid: Annotated[
        bool,
        typer.Option("--always-valid", help="also intervals that may be read at any time: wide"),
    ] = False,
    rows: Annotated[
        Path | None, typer.Option(help="a file of rows that another system logged")
    ] = None,
    format_: Annotated[Format | None, typer.Option("--format", help="of --rows")] = None,
    target: Annotated[
        str | None, typer.Option(help="with --rows: the policy to ask about (default random)")
    ] = None,
    promote: PromoteAt = None,
    key: PromoteKey = "",
) -> None:
    """Estimate what other policies would have earned.

    It is computed from what was shown. Reads a log (--data-dir, --redis-url, --log, --archive-dir)
    or a file (--rows). Exit code 0: a policy was compared; 3: none could be, so an experiment is
    needed. With --promote 0: it is in force now; 1: it was compared, and is not better.
    """
    given = dict(locals())
    with explained():
        _check(given)
        found = evaluate_rows(check_rows(given)) if rows else _evaluate_log(given, flags)
    show_report(found)
    write_report(found, report)
    if not is_answered(found):
        raise typer.Exit(UNANSWERED)
    if promote and policy:
        promote_if_better(found, policy[0], promote, key)


def _check(given: dict[str, Any]) -> None:
    """Refuse flags that do not go together. Raises `BadSettings`."""
    check_level(given["level"])
    if given["rows"] and given["flags"]:
        names = ", ".join(f"--{name.replace('_', '-')}" for name in given["flags"])
        raise BadSettings(f"--rows and {names} exclude each other")
    only_log = ("policy", "from_", "until", "check", "first_slot")
    only_rows = ("format_", "target")
    for name in only_log if given["rows"] else only_rows:
        if given[name]:
            where = "a log, not --rows" if given["rows"] else "--rows"
            raise BadSettings(f"--{name.strip('_').replace('_', '-')} is for {where}")
    check_promote(given)
    check_report(given["report"])
    given["format"] = given["format_"]


def check_level(level: float) -> None:
    """Refuse a level that no interval has. Raises `BadSettings`."""
    if not 0.5 <= level <= 0.9999:
        raise BadSettings(f"--level {level:g}: must lie between 0.5 and 0.9999 (0.95 for 95 %)")


def check_report(report: Path | None) -> None:
    """Refuse a place where no report can be written. Raises `BadSettings`."""
    if report and report.suffix == ".html":
        raise BadSettings(f"--report {report}: the JSON's name; the page is written beside it")
    check_file("--report", report)
    check_file("--report", report and report.with_suffix(".html"))


@contextmanager
def no_answer_explained() -> Iterator[None]:
    """Say why a log or its store gives no answer, with the exit code of the reason."""
    from headwater_server.evaluation.asking.evaluate import NothingShown
    from headwater_server.evaluation.asking.start import NoStart

    with store_explained():
        try:
            yield
        except NothingShown as error:
            fail(str(error), UNANSWERED)
        except NoStart as error:
            fail(str(error), FAILED)


def _evaluate_log(given: dict[str, Any], flags: dict[str, Any]) -> dict[str, Any]:
    from headwater_server.cli.evaluating.of_log import evaluate_log

    with no_answer_explained():
        return evaluate_log(given, flags)


def write_report(found: dict[str, Any], report: Path | None) -> None:
    """Write the report as JSON and as a page, and print where; nothing without ``report``.

    Show it first: the work of minutes is not lost on a disk that is full.
    """
    if report is None:
        return
    from headwater_server.evaluation.reports.as_json import as_text
    from headwater_server.evaluation.reports.page import page

    beside = report.with_suffix(".html")
    for path, text in ((report, as_text(found)), (beside, page(found))):
        write_text(path, text)
    typer.echo(f"report in {report} and {beside}")


def show_report(found: dict[str, Any]) -> None:
    """Print the report."""
    from rich.console import Console

    from headwater_server.cli.evaluating.table import show

    console = Console(soft_wrap=True, highlight=False)
    if not console.is_terminal:
        console.width = 140
    show(found, console)


def is_answered(found: dict[str, Any]) -> bool:
    """Return whether a policy that was asked about was compared; without one, any."""
    from headwater_server.evaluation.comparing.figure import ANSWERED

    verdicts = {str(one) for one in ANSWERED}
    asked = [one for one in found["policies"] if one["policy"] in found["asked"]]
    return any(one["verdict"] in verdicts for one in asked)
