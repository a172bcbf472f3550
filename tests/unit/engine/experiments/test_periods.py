"""Which days of a period have a lift: of a hold-out that begins, ends, or loses an arm in it."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.experiments.counts.days import DAY_CLICKS, DAY_SLOTS, ENTERED
from headwater_server.engine.experiments.lift.measuring import click_through, lift_of_days
from headwater_server.engine.experiments.lift.reports import (
    BEFORE,
    CLOSED,
    NOT_YET,
    OVER,
    RUNNING,
    Days,
)
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.messages.experiments import Experiment, ExperimentArm
from headwater_server.engine.setting_values.shop_days import DAY_MS, day_at

ARMS = ExperimentArm("popular", "popular"), ExperimentArm("ours"), ExperimentArm("other")
OFFSET_MS = 2 * 3_600_000
BEGIN, TODAY = 100, 105


def noon(day):
    return day * DAY_MS + DAY_MS // 2 - OFFSET_MS


def status(running, first, last):
    return lift_of_days(running, Days(first, last, OFFSET_MS), noon(TODAY)).status


def hold_out(*, begin=BEGIN, end_ms=0):
    experiment = Experiment("hold-out", ARMS, start_time_ms=noon(begin), end_time_ms=end_ms)
    return Running(experiment, [None] * 3, ((0, 1_000),), noon(90))


def test_only_a_hold_out_that_has_ended_is_over():
    running = hold_out()
    assert status(running, 80, 99) == BEFORE
    assert status(running, 80, 100) == RUNNING
    assert status(running, TODAY + 1, TODAY + 7) == NOT_YET
    later = hold_out(begin=TODAY + 3)
    for first, last in ((80, 99), (TODAY - 1, TODAY + 9), (TODAY + 4, TODAY + 9)):
        assert status(later, first, last) == NOT_YET
    of_plan = hold_out(end_ms=noon(103))
    assert status(of_plan, 103, 110) == RUNNING
    assert status(of_plan, 104, 110) == OVER
    assert status(hold_out(end_ms=noon(TODAY + 1)), TODAY + 2, TODAY + 3) == NOT_YET
    running.stop(noon(102), "enough")
    assert [status(running, 103, 104), status(running, TODAY + 1, TODAY + 2)] == [OVER, OVER]


def filled(running, days, arms=(0, 1)):
    """Let 200 visitors of each arm see 10 slots a day, and click on one in control, two in ours."""
    for day in days:
        for row in range(400):
            if (arm := row % 2) in arms:
                if day == BEGIN:
                    running.days.enter(day, arm, row)
                running.days.note(day, arm, row, 10, 1 + arm)


def test_days_on_which_one_arm_was_closed_are_not_compared():
    running = hold_out()
    filled(running, range(BEGIN, 103))
    running.close(1, noon(103), "too slow")
    filled(running, range(103, TODAY + 1), arms=(0,))
    running.days.table(103)[0, :, DAY_CLICKS] *= 9  # what control does afterwards matters no more
    found = lift_of_days(running, Days(101, TODAY, OFFSET_MS), noon(TODAY))
    assert (found.status, found.first, found.last) == (RUNNING, 101, 102)
    assert [found.lifts[0].control, found.lifts[0].value] == pytest.approx([0.1, 0.2])
    assert status(running, 103, TODAY) == status(running, 104, 104) == CLOSED
    of_all_time = click_through(running, OFFSET_MS)
    assert [of_all_time.control, of_all_time.value] == pytest.approx([0.1, 0.2])


def test_an_arm_of_no_lift_may_be_closed():
    running = hold_out()
    filled(running, range(BEGIN, TODAY))
    running.close(2, noon(103), "too slow")
    assert lift_of_days(running, Days(101, TODAY, OFFSET_MS), noon(TODAY)).last == TODAY


def test_the_last_arms_end_ends_both():
    """Control counts no longer either, so the day on which both ended is compared."""
    running = hold_out()
    filled(running, range(BEGIN, 104))
    running.close(1, noon(103), "too slow")
    running.stop(noon(103), "all other arms are closed")
    found = lift_of_days(running, Days(101, TODAY, OFFSET_MS), noon(TODAY))
    assert (found.status, found.last) == (RUNNING, 103)
    table = running.days.between(103, 103)
    assert np.all(table[:2, :, DAY_SLOTS].sum(axis=1) == 2_000)
    assert running.days.until(103)[:, :, ENTERED].sum() == 400
    assert day_at(running.stop_ms, OFFSET_MS) == 103
