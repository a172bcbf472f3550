"""The lift of a hold-out, of all time and of some days: reading only."""

from __future__ import annotations

import math

import numpy as np

from headwater_server.engine.experiments.comparing import VISITORS_MIN, level_of
from headwater_server.engine.experiments.counts.days import (
    DAY_ACTS,
    DAY_CLICKS,
    DAY_PURCHASES,
    DAY_REVENUE,
    DAY_SLOTS,
    ENTERED,
    Table,
)
from headwater_server.engine.experiments.lift.reports import (
    BEFORE,
    CLICK_THROUGH,
    CLOSED,
    NOT_KEPT,
    NOT_YET,
    OVER,
    RUNNING,
    Days,
    HoldOutLifts,
    LiftOfDays,
    MeasuredLift,
)
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.setting_values.shop_days import day_at
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.confidence_sequence import sequence_reach
from headwater_server.inference.experiments.grouped import arm_of_groups, relative_of_groups
from headwater_server.inference.interval import Interval

_NEVER = 1 << 40
_ABOVE = {"acts": DAY_ACTS, "purchases": DAY_PURCHASES, "revenue": DAY_REVENUE}


def lifts_of(running: Running, asked: Days | None, now_ms: int, offset_ms: int) -> HoldOutLifts:
    """Return the lift of click-through since the beginning, and the lifts of some days.

    ``offset_ms``: by how much the shop's days begin before UTC's.
    """
    of_days = None if asked is None else lift_of_days(running, asked, now_ms)
    return HoldOutLifts(click_through(running, offset_ms), of_days)


def click_through(running: Running, offset_ms: int) -> MeasuredLift:
    """Return the lift of click-through since the hold-out began, as the other metrics' lifts.

    If an arm was closed, that of the whole days before.
    """
    sums = running.days.until(_closed_day(running, offset_ms) - 1)
    return _lift(running, CLICK_THROUGH, sums, sums, _reach_by_visitors(running, sums))


def lift_of_days(running: Running, asked: Days, now_ms: int) -> LiftOfDays:
    """Return the lift of some days: of what all visitors did on them who had entered by then.

    The interval holds at every look, also while the days go on: the clock of its sequence is how
    much of them is over, and it is narrowest when they are. If the hold-out began on one of them,
    it is the number of visitors, as for all time. An arm that was closed counts no more from then
    on, and control does: so only the whole days before are compared.
    """
    days, begin_ms = running.days, _begin_ms(running)
    over_ms, closed_day = _over_ms(running, now_ms), _closed_day(running, asked.offset_ms)
    end_ms = min(over_ms, asked.begin_ms(closed_day))
    first = max(asked.first, day_at(begin_ms, asked.offset_ms))
    last = min(asked.last, day_at(over_ms, asked.offset_ms))
    if first > last:
        return LiftOfDays(_why_none(running, asked, over_ms, now_ms), asked.first, asked.last)
    last = min(last, closed_day - 1)
    if first > last:
        return LiftOfDays(CLOSED, asked.first, asked.last)
    first = first if days.first is None else max(first, days.first)
    if first > last:
        return LiftOfDays(NOT_KEPT, asked.first, asked.last)
    start_ms = max(begin_ms, asked.begin_ms(first))
    of_days, until = days.between(first, last), days.until(last)
    if start_ms == begin_ms:
        reach = _reach_by_visitors(running, until)
    else:
        whole = max(1, asked.begin_ms(asked.last + 1) - start_ms)
        elapsed = min(whole, max(1, end_ms - start_ms))
        reach = sequence_reach(elapsed, whole, level_of(running))
    names = (CLICK_THROUGH, *_ABOVE)
    found = [_lift(running, name, of_days, until, reach) for name in names]
    control, own = (int(until[arm, :, ENTERED].sum()) for arm in (0, 1))
    return LiftOfDays(RUNNING, first, last, (control, own), tuple(found))


def _why_none(running: Running, asked: Days, over_ms: int, now_ms: int) -> str:
    """Return why a hold-out ran on none of the days."""
    begin_ms = _begin_ms(running)
    if asked.last < day_at(begin_ms, asked.offset_ms):
        return BEFORE if begin_ms <= now_ms else NOT_YET
    return OVER if over_ms < now_ms else NOT_YET


def _over_ms(running: Running, now_ms: int) -> int:
    """Return when the hold-out ended, now if it has not."""
    return min(running.stop_ms or now_ms, running.experiment.end_time_ms or now_ms, now_ms)


def _closed_day(running: Running, offset_ms: int) -> int:
    """Return the first day on which one of the arms was closed while the hold-out went on."""
    times = [one.time_ms for arm, one in running.closed.items() if arm in (0, 1)]
    closed_ms = min((one for one in times if one != running.stop_ms), default=None)
    return _NEVER if closed_ms is None else day_at(closed_ms, offset_ms)


def _begin_ms(running: Running) -> int:
    return max(running.create_ms, running.experiment.start_time_ms)


def _reach_by_visitors(running: Running, until: Table) -> float:
    arms = running.experiment.arms
    planned = running.experiment.visitors_planned * (arms[0].weight + arms[1].weight)
    together = int(until[:2, :, ENTERED].sum())
    return sequence_reach(max(1, together), max(2.0, planned), level_of(running))


def _lift(running: Running, name: str, sums: Table, until: Table, reach: float) -> MeasuredLift:
    """Compare the arms by the groups' sums of some days, and by who had entered ``until`` then."""
    control, own = (_arm(name, sums[arm], until[arm]) for arm in (0, 1))
    is_enough = min(control.visitors, own.visitors) >= VISITORS_MIN
    level = level_of(running)
    interval = Interval(-math.inf, math.inf, level)
    if is_enough:
        groups = int(np.count_nonzero(until[:2, :, ENTERED], axis=1).min())
        interval = relative_of_groups(own, control, max(2, groups), reach, level)
    is_known = math.isfinite(interval.low)
    return MeasuredLift(
        name,
        control.mean if control.visitors else None,
        own.mean if own.visitors else None,
        own.mean / control.mean - 1.0 if control.mean > 0.0 else None,
        interval.low if is_known else None,
        interval.high if is_known else None,
    )


def _arm(name: str, sums: Table, until: Table) -> Arm:
    used = until[:, ENTERED] > 0.0  # an empty group says nothing of how groups differ
    sums, visitors = sums[used], until[used, ENTERED]
    count = int(visitors.sum())
    if not count:
        return Arm(0, 0.0, 0.0)
    if name == CLICK_THROUGH:
        return arm_of_groups(count, sums[:, DAY_CLICKS], sums[:, DAY_SLOTS])
    return arm_of_groups(count, sums[:, _ABOVE[name]], visitors)
