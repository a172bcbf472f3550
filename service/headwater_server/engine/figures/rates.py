"""Rates of a row, each with its interval, and how two periods differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

from headwater_server.engine.figures.cells import Cell
from headwater_server.engine.figures.levels import Level
from headwater_server.engine.figures.money import MILLION
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.clopper_pearson import clopper_pearson
from headwater_server.inference.intervals.of_difference import interval_of_difference
from headwater_server.inference.intervals.of_mean import interval_of_mean

LEVEL = 0.95
CLICK_THROUGH, CONVERSION, PER_VISITOR = "click_through", "conversion", "revenue_per_visitor"
Row = Level | Cell


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with what it is made of; ``method`` names the interval."""

    value: float
    numerator: float
    denominator: float
    interval: Interval
    method: str


@dataclass(frozen=True, slots=True)
class Change:
    """How a rate differs from that of the period before; ``relative`` None: it was 0 then."""

    figure: str
    code: str
    difference: float
    interval: Interval
    relative: float | None


def rates_of(row: Row) -> dict[tuple[str, str], Rate]:
    """Return the rates of a row by (name, currency); without a denominator there is none."""
    found = {}
    if row.slots:
        found[CLICK_THROUGH, ""] = _click_through(row)
    if isinstance(row, Level) and row.visitors:
        found[CONVERSION, ""] = _conversion(row)
        for code in row.money:
            found[PER_VISITOR, code] = _per_visitor(row, code)
    return found


def changes_of(row: Row, before: Row) -> list[Change]:
    """Return how the rates that both have differ (MOVER, from the interval of each)."""
    rates, earlier = rates_of(row), rates_of(before)
    return [
        _change(name, code, rates[name, code], earlier[name, code])
        for name, code in rates
        if (name, code) in earlier
    ]


def _change(name: str, code: str, rate: Rate, before: Rate) -> Change:
    interval = interval_of_difference(rate.value, rate.interval, before.value, before.interval)
    relative = rate.value / before.value - 1.0 if before.value else None
    return Change(name, code, rate.value - before.value, interval, relative)


def _click_through(row: Row) -> Rate:
    r"""Return clicks by seen slot.

    Slots of one visitor depend on each other: with the sums over visitors the interval is as wide
    as that of $R(1-R) / s^2$ slots, where $s^2 = \frac{V}{V-1} \sum_v (c_v - R n_v)^2 / n^2$.
    """
    value = row.clicks / row.slots
    acts = min(1.0, value)  # a click may come on the day after its slot was seen
    if isinstance(row, Cell):
        return _rate(row.clicks, row.slots, clopper_pearson(acts, row.slots, LEVEL), "exact")
    rows = min(float(row.slots), _worth(row, value))
    return _rate(row.clicks, row.slots, clopper_pearson(acts, rows, LEVEL), "exact_by_visitor")


def _worth(row: Level, rate: float) -> float:
    """Return how many independent slots the row's are worth; at least its visitors if unknown."""
    visitors = row.visitors
    spread = row.clicks_squared - 2.0 * rate * row.slots_clicks + rate * rate * row.slots_squared
    if visitors < 2 or spread <= 0.0 or not 0.0 < rate < 1.0:
        return float(visitors)
    squared_error = visitors / (visitors - 1) * spread / row.slots**2
    return max(1.0, rate * (1.0 - rate) / squared_error)


def _conversion(row: Level) -> Rate:
    value = row.buyers / row.visitors
    interval = clopper_pearson(value, row.visitors, LEVEL)
    return _rate(row.buyers, row.visitors, interval, "exact")


def _per_visitor(row: Level, code: str) -> Rate:
    amount = row.money[code] / MILLION
    squares = row.money_squared.get(code, 0) / MILLION**2
    interval = interval_of_mean(amount, squares, row.visitors, LEVEL)
    return _rate(amount, row.visitors, interval, "student_t")


def _rate(top: float, bottom: float, interval: Interval, method: str) -> Rate:
    value = top / bottom
    low, high = interval.low, interval.high
    if math.isfinite(low) and value > high:  # more clicks than slots
        interval = Interval(low, value, interval.level)
    return Rate(value, float(top), float(bottom), interval, method)
