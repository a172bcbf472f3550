"""Rows of a report as CSV or Parquet: one line for each row and currency."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater_server.cli.outputs import check_file, new_file
from headwater_server.cli.reporting.periods import day_of
from headwater_server.exporting.columns import Kind
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater import Figures, Performance, PerformanceRow, Rate

RATES = ("click_through", "conversion", "revenue_per_visitor")
COUNTS = ("lists", "impressions", "clicks", "orders", "visitors", "buyers")
COLUMNS: Mapping[str, Kind] = {
    "day": Kind.TIME,
    "placement": Kind.TEXT,
    "policy": Kind.TEXT,
    "item_id": Kind.TEXT,
    **dict.fromkeys(COUNTS, Kind.WHOLE),
    "units": Kind.NUMBER,
    "currency_code": Kind.TEXT,
    "revenue": Kind.NUMBER,
    "revenue_micros": Kind.WHOLE,
    **{f"{name}{end}": Kind.NUMBER for name in RATES for end in ("", "_low", "_high")},
}
TEXTS = [name for name, kind in COLUMNS.items() if kind is Kind.TEXT]


def check_files(*files: Path | None) -> None:
    """Refuse a file that exists or is named twice, and Parquet without its library."""
    named = [file.resolve() for file in files if file]
    if len(set(named)) < len(named):
        raise BadSettings(f"{named[0]} is named twice: write each form to a file of its own")
    for file in filter(None, files):
        if file.exists():
            raise BadSettings(f"{file} exists: give another name, or remove it")
        check_file("--csv" if file is files[0] else "--parquet", file)
    if files[-1] and find_spec("pyarrow") is None:
        raise BadSettings("--parquet needs pip install 'headwater-server[lake]'")


def lines_of(rows: Iterable[PerformanceRow]) -> Iterator[dict[str, Any]]:
    """Yield a line for each currency of a row; a row without revenue has one line."""
    for row in rows:
        shared = {
            "day": row.day,
            "placement": row.placement,
            "policy": row.policy,
            "item_id": row.item_id,
            **{name: getattr(row.figures, name) for name in (*COUNTS, "units")},
            **_rate("click_through", row.figures.click_through),
            **_rate("conversion", row.figures.conversion),
        }
        for money in _money(row.figures):
            yield shared | money


def _money(figures: Figures) -> list[dict[str, Any]]:
    return [
        {
            "currency_code": one.currency_code,
            "revenue": one.amount,
            "revenue_micros": one.amount_micros,
            **_rate("revenue_per_visitor", one.per_visitor),
        }
        for one in figures.revenue
    ] or [{}]


def _rate(name: str, rate: Rate | None) -> dict[str, Any]:
    if rate is None:
        return {}
    return {name: rate.value, f"{name}_low": known(rate.low), f"{name}_high": known(rate.high)}


def known(end: float) -> float | None:
    """Return an end of an interval; None: it is infinite, since nothing is known of one visitor."""
    return end if math.isfinite(end) else None


def write_csv(file: Path, found: Performance) -> None:
    """Write all rows; cells that do not apply are empty."""
    import csv

    with new_file(file) as part, part.open("x", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="")
        writer.writeheader()
        for line in lines_of(found.rows):
            day = line["day"]
            texts = {name: cell(line[name]) for name in TEXTS if line.get(name)}
            of_day = {"day": day_of(day, found.day_offset_hours) if day else ""}
            writer.writerow(line | texts | of_day)


def cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: pages write names of placements, too.

    >>> cell("=1+1"), cell("home")
    ("'=1+1", 'home')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def write_parquet(file: Path, rows: Iterable[PerformanceRow]) -> None:
    """Write all rows."""
    from headwater_server.exporting.parquet import ParquetRows

    with new_file(file) as part, part.open("xb") as out, ParquetRows(out, COLUMNS) as table:
        table.add(lines_of(rows))
