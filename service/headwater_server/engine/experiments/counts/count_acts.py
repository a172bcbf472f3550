"""Counts acts for an experiment in one kernel: rows of the exposed, and the sums of their arms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.experiments.counts.columns import (
    ACTS,
    COLUMNS,
    OWN,
    PAST,
    PAST_PURCHASES,
    PAST_REWARD,
    PURCHASES,
    RATE,
    REVENUE,
    REWARD,
    VALUES,
)
from headwater_server.engine.experiments.counts.days import (
    DAY_ACTS,
    DAY_PURCHASES,
    DAY_REVENUE,
)
from headwater_server.engine.experiments.counts.groups import group_of
from headwater_server.engine.visitors.found_by import find_row
from headwater_server.engine.visitors.past_sums import LARGEST

_VISITOR_HIGH, _VISITOR_LOW, _ACCOUNT_HIGH, _ACCOUNT_LOW = range(4)


class Rows(NamedTuple):
    """Arrays of `Exposed`: where each row leads, arms, seconds of the exposure, values."""

    leads: NDArray[np.uint32]
    arms: NDArray[np.uint8]
    since_s: NDArray[np.uint32]
    values: NDArray[np.float32]


class Counted(NamedTuple):
    """Sums by arm, caps by metric, which arms are closed."""

    sums: NDArray[np.float64]
    caps: NDArray[np.float64]
    closed: NDArray[np.bool_]


class When(NamedTuple):
    """When an experiment is open, and how long after an exposure acts count; 0: always."""

    start_ms: int
    end_ms: int
    window_s: float


class Done(NamedTuple):
    """How far the kernel came: where to go on, and what was found out.

    ``joins``: the account of the act before ``next`` has to lead to its visitor's row;
    ``others``: purchases in another currency; ``currency``: the experiment's own.
    """

    next: int
    joins: bool
    counted: int
    others: int
    currency: int


@njit(cache=True, nogil=True)
def count_acts(  # type: ignore[no-untyped-def]
    first, waiting, found_by, rows, into, when, of_user, may_join, currency, daily
):
    """Count waiting acts from the ``first`` on, in order, up to one whose account must join.

    ``daily``: the table of the acts' day, of an experiment that has none without arms.
    """
    counted = others = 0
    before, after = np.empty(VALUES), np.empty(VALUES)
    for n in range(first, len(waiting.times_ms)):
        keys = waiting.keys[n]
        account = visitor = -1
        has_account = keys[_ACCOUNT_HIGH] != 0 or keys[_ACCOUNT_LOW] != 0
        if has_account:
            account = find_row(found_by, keys[_ACCOUNT_HIGH], keys[_ACCOUNT_LOW])
        if account < 0 and not of_user:
            visitor = find_row(found_by, keys[_VISITOR_HIGH], keys[_VISITOR_LOW])
        found = max(account, visitor)
        if found < 0:
            continue
        row = np.int64(rows.leads[found])
        if _counts(rows, into, when, row, waiting.times_ms[n]):
            more, currency, is_other = _amounts(waiting.amounts[n], currency)
            others += is_other
            before[:] = rows.values[row]
            _add_act(rows.values[row], more)
            after[:] = rows.values[row]
            change(into.sums[rows.arms[row]], before, after, into.caps)
            if len(daily):
                _add_to_day(daily[rows.arms[row], group_of(row)], more)
            counted += 1
        if visitor >= 0 and has_account and may_join:
            return Done(n + 1, True, counted, others, currency)
    return Done(len(waiting.times_ms), False, counted, others, currency)


@njit(cache=True, nogil=True)
def _counts(rows, into, when, row, now_ms):  # type: ignore[no-untyped-def]
    """Whether an act of a row counts at that time."""
    if into.closed[rows.arms[row]] or now_ms < when.start_ms or now_ms >= when.end_ms:
        return False
    return when.window_s == 0.0 or now_ms / 1000.0 - rows.since_s[row] <= when.window_s


@njit(cache=True, nogil=True)
def _amounts(act, currency):  # type: ignore[no-untyped-def]
    """Return acts, reward, purchases and revenue of an act in the experiment's currency.

    With it the currency, which the first that is named decides, and whether the act has another.
    """
    revenue, code = act[3], np.int64(act[4])
    if revenue == 0.0:
        return (act[0], act[1], act[2], 0.0), currency, False
    if currency == 0:
        currency = code
    if code not in (0, currency):  # 0: none is named, so it is the shop's own
        return (act[0], act[1], act[2], 0.0), currency, True
    return (act[0], act[1], act[2], revenue), currency, False


@njit(cache=True, nogil=True)
def _add_act(values, more):  # type: ignore[no-untyped-def]
    acts, reward, purchases, revenue = more
    _add_to(values, ACTS, acts)
    _add_to(values, REWARD, reward)
    _add_to(values, PURCHASES, purchases)
    _add_to(values, REVENUE, revenue)


@njit(cache=True, nogil=True)
def _add_to_day(sums, more):  # type: ignore[no-untyped-def]
    acts, _, purchases, revenue = more
    sums[DAY_ACTS] += acts
    sums[DAY_PURCHASES] += purchases
    sums[DAY_REVENUE] += revenue


@njit(cache=True, nogil=True)
def _add_to(values, column, amount):  # type: ignore[no-untyped-def]
    if amount != 0.0:
        values[column] = min(LARGEST, max(-LARGEST, np.float64(values[column]) + amount))


@njit(cache=True, nogil=True)
def change(sums, before, after, caps):  # type: ignore[no-untyped-def]
    """Add to an arm's sums what has changed of one visitor's values."""
    if before[ACTS] <= 0.0 < after[ACTS]:
        _add(sums, RATE, 0.0, 1.0, after)
    for metric in range(len(COLUMNS)):
        if metric == RATE:
            continue
        old, new = before[COLUMNS[metric]], after[COLUMNS[metric]]
        if old != new:
            _add(sums, metric, min(caps[metric], old), min(caps[metric], new), after)


@njit(cache=True, nogil=True)
def _add(sums, metric, old, new, values):  # type: ignore[no-untyped-def]
    at, more = OWN + 4 * metric, new - old
    sums[at] += more
    sums[at + 1] += new * new - old * old
    if values[PAST_REWARD] != 0.0 or values[PAST_PURCHASES] != 0.0:
        sums[at + 2] += more * values[PAST[metric]]
        sums[at + 3] += more
