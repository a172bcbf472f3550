"""How a soak goes through the tests: round by round, against the clock, with a progress bar."""

from __future__ import annotations

import os
import time

import pytest
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.tallies import TALLIES, Tallies


class Soaking:
    """A pytest plugin. Tests without a seed are played once, in the first round."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._began_s = time.monotonic()
        # a copy of the terminal, since pytest captures the original while a test runs
        terminal = os.fdopen(os.dup(2), "w")
        self._console = Console(file=terminal)
        self._progress = Progress(
            TextColumn("seed {task.fields[seed]}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[done]:,} tests, {task.fields[failed]} failed"),
            TextColumn("{task.fields[acknowledged]:,} events"),
            TextColumn("[dim]{task.fields[name]:.40}"),
            console=self._console,
        )
        self._bar = self._progress.add_task(
            "", total=seconds, seed="-", done=0, failed=0, acknowledged=0, name=""
        )
        self._done = self._failed = 0
        self._tallies = Tallies()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Play one seed of every test, then the next seed of every test."""
        items.sort(key=lambda item: seed_of(item) or 0)

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Show the bar; return nothing, so that pytest's own loop goes on."""
        self._tallies = session.config.stash[TALLIES]
        self._began_s = time.monotonic()
        self._progress.start()

    def pytest_sessionfinish(self) -> None:
        self._progress.stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Leave out what would begin after the end."""
        elapsed_s = time.monotonic() - self._began_s
        if elapsed_s > self._seconds:
            return True
        name = item.nodeid.rpartition("::")[2]
        seed = seed_of(item) or "-"
        self._progress.update(self._bar, completed=elapsed_s, name=name, seed=seed)
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count, and say at once what failed."""
        self._done += report.when == "call"
        if report.failed:
            self._failed += 1
            self._console.print(f"[bold red]failed[/] {report.nodeid} ({report.when})")
        self._progress.update(
            self._bar,
            completed=time.monotonic() - self._began_s,
            done=self._done,
            failed=self._failed,
            acknowledged=self._tallies.acknowledged,
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str]:
        """Print no letters: they would tear the bar."""
        return report.outcome, "", ""


def seed_of(item: pytest.Item) -> int | None:
    """Return the seed that a test is played with, None if it has none."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("seed") if callspec else None
