"""Read the files that the flags name: with progress, one report, and honest exit codes."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import typer

from headwater_server.cli.failures import FAILED
from headwater_server.cli.progress import PLAIN_SECONDS, Progress
from headwater_server.cli.reading.flags import Reading

if TYPE_CHECKING:
    from headwater_server.engine.settings import EngineSettings
    from headwater_server.evaluation.shop_history import ShopHistory
    from headwater_server.reading.report import Report
    from headwater_server.reading.session import Watch

SHOWN_AFTER_S = 1.0


def read_files(files: Reading, settings: EngineSettings, limit: int | None = None) -> ShopHistory:
    """Read and check all files, and print the report. With --check the command ends here.

    Raises `BadFile` or `BadSettings` before any row is used.
    """
    with _Steps() as steps:
        history = _read(files, settings, limit, steps.at)
    if history.report is not None:
        for line in history.report.lines():
            typer.echo(line, err=not files.check)
    if files.check:
        raise typer.Exit(exit_code(history.report))
    return history


def _read(files: Reading, settings: EngineSettings, limit: int | None, watch: Watch) -> ShopHistory:
    from headwater_server.evaluation.shop_history import read_asked

    return read_asked(files.asked(limit), settings, watch)


def print_guess(path: Path) -> None:
    """Print a mapping to edit for a file. Raises `BadFile` if it cannot be opened."""
    from headwater_server.reading.mapping.guess import guess
    from headwater_server.reading.opening.opened import opened
    from headwater_server.reading.session import Session

    with Session() as session:
        for table in opened([path], session):
            typer.echo(guess(table), nl=False)


def exit_code(report: Report | None) -> int:
    """Return 1 if a row that should have been an event or item is not one, else 0."""
    return FAILED if report is not None and report.lost else 0


class _Steps:
    """A progress bar for each step of a reading that takes long; else a line now and then.

    A folder has thousands of files: most steps are over before anybody could read their name.
    """

    def __init__(self) -> None:
        self._name = ""
        self._shown: Progress | None = None
        self._begun = 0.0
        self._next = math.inf

    def at(self, step: str, done: int, total: int) -> None:
        """Show how much of a step is done."""
        now = time.monotonic()
        if step != self._name:
            self._end()
            self._name, self._begun = step, now
        if not sys.stderr.isatty():
            self._say(step, done, total, now)
        elif now - self._begun > SHOWN_AFTER_S:
            if self._shown is None:
                self._shown = Progress(step, total)
                self._shown.__enter__()
            self._shown.at(done)

    def _say(self, step: str, done: int, total: int, now: float) -> None:
        self._next = min(self._next, now + SHOWN_AFTER_S)  # the first of all
        if now < self._next:
            return
        self._next = now + PLAIN_SECONDS
        of = f" of {total:,}" if total else ""
        print(f"{step}: {done:,}{of}", file=sys.stderr, flush=True)

    def _end(self) -> None:
        if self._shown is not None:
            self._shown.__exit__(*sys.exc_info())
            self._shown = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._end()
