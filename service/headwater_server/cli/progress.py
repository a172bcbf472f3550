"""A progress bar on a terminal, else a line every ten seconds. It costs almost nothing."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

TERMINAL_SECONDS = 0.1
PLAIN_SECONDS = 10.0


class Progress:
    """Shows the progress of something, with a remark, on standard error."""

    def __init__(self, name: str, total: int, *, quick: bool = False) -> None:
        """Name the work; ``quick``: mostly over within seconds, so only then a line is printed."""
        self._name, self._total = name, total
        self._terminal = sys.stderr.isatty()
        self._every_seconds = TERMINAL_SECONDS if self._terminal else PLAIN_SECONDS
        self._is_silent = quick and not self._terminal
        self._next = time.monotonic() + PLAIN_SECONDS if self._is_silent else 0.0
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[remark]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not self._terminal,
        )
        self._task = self._bar.add_task(name, total=total or None, remark="")

    def at(self, done: int, remark: str = "") -> None:
        """Report that ``done`` of the total are done. Shown at most ten times a second."""
        now = time.monotonic()
        if now < self._next and (self._is_silent or done < self._total or not self._total):
            return
        self._is_silent = False
        self._next = now + self._every_seconds
        if self._terminal:
            self._bar.update(self._task, completed=done, remark=remark)
        else:
            of = f" of {self._total:,}" if self._total else ""
            print(f"{self._name}: {done:,}{of} {remark}", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        """Start showing."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop showing, whatever happened."""
        self._bar.stop()
