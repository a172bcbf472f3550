"""The output of the demo: a live page on a terminal, else plain lines."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table

from headwater_server.cli.demo.meters import Meters

BAR = 30


class Screen:
    """Shows the measured values, and what happened, in order."""

    def __init__(self, title: str, meters: Meters) -> None:
        self._title = title
        self._meters = meters
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._terminal = sys.stdout.isatty()
        self._tenths_shown = 0
        self._started = time.monotonic()

    def say(self, text: RenderableType) -> None:
        """Print something that stays; lines are not wrapped."""
        self._console.print(text, soft_wrap=isinstance(text, str))

    def happen(self, text: str) -> None:
        """Print what has just happened, with the time since the start."""
        passed_s = time.monotonic() - self._started
        self._console.print(f"[dim]{passed_s:5.1f} s[/]  {text}", soft_wrap=True)

    def refresh(self, tenth: int) -> None:
        """Show the measured values; ``tenth`` is the present one."""
        if self._terminal:
            self._live.update(self._page(tenth), refresh=True)
            return
        while self._tenths_shown < min(tenth, len(self._meters.tenths)):
            self.happen(self._line(self._tenths_shown))
            self._tenths_shown += 1

    def _line(self, tenth: int) -> str:
        place = self._meters.tenths[tenth]
        rate = f"{place.hits / place.counted:.3f}" if place.counted else "-"
        p50, _, p99 = self._meters.recommend.percentiles()
        return (
            f"tenth {tenth + 1}: hit rate {rate} of {place.counted:,} · "
            f"{self._meters.events_per_second():,.0f} events/s · "
            f"Recommend p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        )

    def _page(self, tenth: int) -> Group:
        return Group(
            f"\n[bold]{self._title}[/]", tenths_table(self._meters, tenth), rates(self._meters)
        )

    def __enter__(self) -> Self:
        """Start showing."""
        if self._terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop showing, whatever happened."""
        self._live.stop()


def tenths_table(meters: Meters, present: int = 99) -> Table:
    """Return the hit rate of each tenth, with a bar."""
    table = Table("tenth", "counted", "hit rate@20", "", box=None, header_style="dim")
    for number, tenth in enumerate(meters.tenths):
        if not tenth.counted:
            table.add_row(str(number + 1), "", "", "")
            continue
        rate = tenth.hits / tenth.counted
        bar = "█" * round(rate * BAR)
        style = "bold green" if number == present else "green"
        table.add_row(str(number + 1), f"{tenth.counted:,}", f"{rate:.3f}", f"[{style}]{bar}[/]")
    return table


def rates(meters: Meters) -> str:
    """Return throughput and latencies, one line each."""
    calls = (("Recommend", meters.recommend), ("Feedback", meters.feedback))
    per_second = meters.events_per_second()
    lines = [f"{meters.events:,} events learned one by one · {per_second:,.0f} per second"]
    for name, latency in calls:
        p50, p95, p99 = latency.percentiles()
        lines.append(f"{name:<9} p50 {p50:6.2f} ms   p95 {p95:6.2f} ms   p99 {p99:6.2f} ms")
    return "\n".join(lines)
