"""The figures as tables for the terminal, and as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.report.gates import GATES, Figures

RATES = ("calls_per_s", "p50_ms", "p99_ms", "cpu_us", "store_cpu_us", "events_per_cpu_s")
RATE_TITLES = ("calls/s", "p50 ms", "p99 ms", "CPU us", "store us", "events/CPU s")
Rows = list[list[str]]


def shown(value: Any, unit: str = "") -> str:
    """Return a figure with the digits that mean something.

    >>> shown(0.4567), shown(12_345.6, "/s"), shown(3.14159, "ms"), shown(None)
    ('0.457', '12,346/s', '3.14 ms', '')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        value = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    space = "" if unit in ("", "/s", "x") else " "
    return f"{value}{space}{unit}"


def gates_rows(figures: Figures) -> Rows:
    """Return the table of what must hold: a row a measure."""
    rows = [["measure", "gate", "goal", "found", "", "command"]]
    for gate in GATES:
        value = gate.found(figures)
        trial = " (a trial)" if "scale" in figures.get(gate.part, {}) else ""
        limits = (shown(float(gate.gate), gate.unit), shown(float(gate.goal), gate.unit))
        found = (shown(value, gate.unit), gate.verdict(figures) + trial)
        rows.append([gate.measure, *limits, *found, f'`make bench ARGS="--only {gate.part}"`'])
    return rows


def _rows(figures: Mapping[str, Any]) -> Rows:
    return [["", ""], *([key, text] for key, text in _flat(figures) if key != "failed")]


def part_tables(name: str, figures: Mapping[str, Any]) -> Iterator[tuple[str, Rows]]:
    """Yield the tables of a part, each with a title."""
    if "rates" in figures:
        for case, servers in figures["rates"].items():
            yield f"{name}: {case}", _rates_rows(servers)
        return
    if name == "stages":
        for call, found in figures.items():
            if isinstance(found, Mapping):
                yield f"{call}, by stage", stages_rows(found)
        return
    yield name, _rows(figures)


def _rates_rows(servers: Mapping[str, Any]) -> Rows:
    ratios = list(dict.fromkeys(key for one in servers.values() for key in one if "_of " in key))
    rows = [["server", *RATE_TITLES, *(key.replace("_", " ") for key in ratios), "failed"]]
    for server, one in servers.items():
        values = [shown(one[key]) for key in RATES] + [shown(one.get(key)) for key in ratios]
        failed = ", ".join(f"{count} {problem}" for problem, count in one["failed"].items())
        rows.append([server, *values, failed])
    return rows


def stages_rows(found: Mapping[str, Any]) -> Rows:
    """Return the stages of one call, and the whole."""
    whole = found["whole_us"]
    rows = [["stage", "us CPU", "share"]]
    rows += [[key, f"{us:.1f}", f"{us / whole:.1%}"] for key, us in found["stages_us"].items()]
    rows.append(["whole, without a stopwatch", f"{whole:.1f}", ""])
    rows.append(["the engine alone", f"{found['engine_us']:.1f}", ""])
    rows += [
        [f"in the kernel: {key}", f"{us:.1f}", ""] for key, us in found.get("kernel_us", {}).items()
    ]
    return rows


def _flat(figures: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in figures.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}: ")
        elif isinstance(value, list):
            for place, one in enumerate(value):
                yield from _flat(one, f"{name} {place + 1}: ")
        else:
            yield name, shown(value)


def markdown(rows: Rows) -> str:
    """Return rows, the first of which has the titles, as a table.

    >>> print(markdown([["a", "b"], ["1", "2"]]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, f"|{' --- |' * len(rows[0])}")
    return "\n".join(lines)


def page(figures: Figures) -> str:
    """Return everything that was measured as Markdown."""
    found = ["## What must hold", markdown(gates_rows(figures))]
    for name, one in figures.items():
        for title, rows in part_tables(name, one):
            found += [f"### {title}", markdown(rows)]
    return "\n\n".join(found) + "\n"
