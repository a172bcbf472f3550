"""The figures as tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.table import Table

from benchmarks.serving.bursts import Bursts
from benchmarks.serving.figures import Figures, medians, ratio
from benchmarks.serving.frozen import Frozen

Measured = Mapping[tuple[str, str], Sequence[Figures]]


def rates_table(measured: Measured, references: Sequence[str]) -> Table:
    """One row a case and server; the ratios are to the ``references``: by rate, by processor."""
    columns = ("", "calls/s", "p50 ms", "p95 ms", "p99 ms", "CPU us", "store", *references)
    table = Table(*columns, "failed", box=None)
    case_before = ""
    for (case, server), rounds in measured.items():
        if case != case_before:
            table.add_row(f"[bold]{case}[/]")
            case_before = case
        one = medians(rounds)
        shares = [_share(rounds, measured[case, name]) for name in references]
        latencies = (f"{x:.2f}" for x in (one.p50_ms, one.p95_ms, one.p99_ms))
        store = f"{one.store_cpu_us:,.0f}" if one.store_cpu_us else ""
        numbers = (f"{one.calls_per_s:,.0f}", *latencies, f"{one.cpu_us:,.0f}", store)
        table.add_row(f"  {server}", *numbers, *shares, _counted(one.failed))
    return table


def _share(mine: Sequence[Figures], other: Sequence[Figures]) -> str:
    rate, cpu = ratio(mine, other, "calls_per_s"), ratio(other, mine, "cpu_us")
    return f"{rate:.2f} / {cpu:.2f}" if math.isfinite(cpu) else f"{rate:.2f}"


def bursts_table(found: Mapping[str, Bursts]) -> Table:
    """One row a server."""
    columns = ("", "alone p50", "p99 ms", "bursts p50", "p99 ms", "events/s", "burst done ms")
    table = Table(*columns, "failed", box=None)
    for server, one in found.items():
        reads = (one.alone_p50_ms, one.alone_p99_ms, one.p50_ms, one.p99_ms)
        cells = [f"{x:.2f}" for x in reads]
        cells += [
            f"{one.events_per_s:,.0f}",
            f"{one.burst_p50_ms:.0f}",
            str(one.failed or ""),
        ]
        table.add_row(server, *cells)
    return table


def frozen_table(found: Mapping[str, Frozen]) -> Table:
    """One row a server and phase."""
    columns = ("", "reads p50", "p99 ms", "failed", "writes", "slowest ms")
    table = Table(*columns, "new write after thaw, ms", box=None)
    for server, one in found.items():
        table.add_row(f"[bold]{server}[/]", *[""] * 5, f"{one.recovered_ms:.0f}")
        for phase in one.phases:
            p50, p99 = f"{phase.reads_p50_ms:.2f}", f"{phase.reads_p99_ms:.2f}"
            slowest = f"{phase.writes_slowest_ms:.0f}"
            failed, writes = _counted(phase.reads_failed), _counted(phase.writes)
            table.add_row(f"  {phase.name}", p50, p99, failed, writes, slowest)
    return table


def _counted(problems: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {problem}" for problem, count in problems.items())
