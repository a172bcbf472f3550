"""A report for people: the total, the rows, the shop, the lift."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from headwater_server.cli.commands.policies.hold_out import show_hold_out, show_period
from headwater_server.cli.experimenting.tables import show_table
from headwater_server.cli.reporting.files import known
from headwater_server.cli.reporting.periods import DAY, day_of

if TYPE_CHECKING:
    from headwater import Figures, Performance, PerformanceRow, Rate, Revenue

COLUMNS = (
    "lists of", "impressions", "clicks", "click-through", "visitors", "conversion", "orders",
    "revenue", "a visitor", "change",
)  # fmt: skip
ROWS_MAX = 40


def show_report(found: Performance) -> None:
    """Print it; a file has all rows."""
    hours = found.day_offset_hours
    first, last = day_of(found.start_time, hours), day_of(found.end_time - DAY, hours)
    print(f"{first} to {last}; intervals at {found.level:.0%}")
    rows = [_row(name(row, hours), row) for row in found.rows[:ROWS_MAX]]
    show_table(COLUMNS, [*rows, _row("all", found.total)])
    if len(found.rows) > ROWS_MAX:
        print(f"{len(found.rows) - ROWS_MAX:,} more rows: --csv FILE writes them all")
    total = found.total.figures
    if not (total.lists or total.impressions or total.clicks or total.orders):
        print("nothing that was asked for was seen, clicked or bought in these days")
    print(f"the shop: {found.shop.orders:,} orders, revenue {_money(found.shop.revenue)}")
    for limit, count in found.limits.items():
        print(f"note: {count:,} without a row of their own ({limit}): docs/does-it-pay.md, Limits")
    for one in found.hold_outs:
        show_period(one, hours)
        show_hold_out(one)


def name(row: PerformanceRow, offset_hours: float) -> str:
    """Return what a row is of."""
    names = [str(day_of(row.day, offset_hours)) if row.day else None]
    names += [_named(row.placement, "no placement"), _named(row.policy, "no policy")]
    names += [_named(row.item_id, "other items")]
    return " ".join(one for one in names if one is not None) or "all"


def _named(text: str | None, empty: str) -> str | None:
    return None if text is None else (text or f"({empty})")


def _row(what: str, row: PerformanceRow) -> tuple[str, ...]:
    one = row.figures
    return (
        what,
        f"{one.impressions:,}",
        f"{one.clicks:,}",
        _share(one.click_through),
        "" if one.visitors is None else f"{one.visitors:,}",
        _share(one.conversion),
        f"{one.orders:,}",
        _money(one.revenue),
        _per_visitor(one),
        _changed(row),
    )


def _share(rate: Rate | None) -> str:
    if rate is None:
        return ""
    return f"{rate.value:.2%} ({100 * rate.low:.2f} to {100 * rate.high:.2f})"


def _money(revenue: Sequence[Revenue]) -> str:
    return ", ".join(f"{one.amount:,.2f} {one.currency_code}".strip() for one in revenue) or "0"


def _per_visitor(one: Figures) -> str:
    rates = [money.per_visitor for money in one.revenue]
    return ", ".join(
        f"{rate.value:.2f}"
        + (f" ± {rate.high - rate.value:.2f}" if math.isfinite(rate.high) else "")
        for rate in rates
        if rate is not None
    )


def _changed(row: PerformanceRow) -> str:
    texts = []
    for one in row.changes:
        relative = "" if one.relative is None else f"{one.relative:+.1%} "
        is_shown = one.low > 0.0 or one.high < 0.0
        what = {"click_through": "clicks", "conversion": "conversion"}.get(one.figure, "revenue")
        texts.append(f"{what} {relative}{'' if is_shown else '(not shown)'}".strip())
    return "; ".join(texts)


def show_json(found: Performance) -> None:
    """Print it as JSON; times as ISO 8601, an infinite end of an interval as null."""
    import json
    from dataclasses import asdict

    print(json.dumps(_finite(asdict(found)), indent=1, default=str, allow_nan=False))


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return known(value) if isinstance(value, float) else value
