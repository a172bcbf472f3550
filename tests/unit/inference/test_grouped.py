"""Arms by groups of visitors: as good as arms of all visitors, and true at every look."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.confidence_sequence import sequence_reach
from headwater_server.inference.experiments.grouped import (
    arm_of_groups,
    reach_of_groups,
    relative_of_groups,
)
from headwater_server.inference.experiments.relative import fieller

GROUPS = 64


def in_groups(values):
    """Return the sums of visitors' values (the last axis) by group, and the group's visitors."""
    count = values.shape[-1]
    groups = np.arange(count) % GROUPS
    of = np.eye(GROUPS)[groups]
    return values @ of, np.bincount(groups, minlength=GROUPS).astype(float)


def test_groups_of_one_visitor_are_the_arm_of_the_visitors():
    values = np.random.default_rng(1).gamma(1.0, 3.0, 50)
    found, arm = arm_of_groups(50, values, np.ones(50)), Arm.of(values)
    assert (found.mean, found.variance) == pytest.approx((arm.mean, arm.variance))


def test_groups_know_the_error_of_a_mean():
    values = np.random.default_rng(2).gamma(0.3, 9.0, 40_000)
    above, below = in_groups(values)
    found = arm_of_groups(40_000, above, below)
    assert found.mean == pytest.approx(values.mean())
    assert math.sqrt(found.squared_error) == pytest.approx(stats.sem(values), rel=0.25)


def test_the_error_of_a_ratio_knows_that_slots_of_a_visitor_depend_on_each_other():
    """Half of the visitors click on everything: then slots are worth no more than visitors."""
    random = np.random.default_rng(3)
    slots = np.full(6_400, 10.0)
    clicks = slots * random.integers(0, 2, 6_400)
    (above, _), (below, _) = in_groups(clicks), in_groups(slots)
    error = math.sqrt(arm_of_groups(6_400, above, below).squared_error)
    assert error == pytest.approx(0.5 / math.sqrt(6_400), rel=0.25)
    assert error > 2.0 * 0.5 / math.sqrt(64_000)  # of independent slots


def test_a_reach_of_many_groups_is_that_of_all_visitors():
    assert reach_of_groups(3.04, 1_000_000) == pytest.approx(3.04, abs=1e-3)
    assert reach_of_groups(3.04, 5) > 2 * 3.04
    assert math.isinf(reach_of_groups(60.0, 64))


@pytest.mark.parametrize("arms", [(Arm(500, 0.0, 0.0), Arm(500, 0.0, 0.0)), (Arm(9, 1, 1),) * 2])
def test_a_lift_is_fiellers_with_that_reach(arms):
    found = relative_of_groups(*arms, 64, 3.0, 0.95)
    assert found == fieller(*arms, reach_of_groups(3.0, 64), 0.95)


def test_nothing_below_says_nothing():
    nothing = arm_of_groups(200, np.zeros(64), np.zeros(64))
    assert nothing == Arm(200, 0.0, 0.0)
    assert math.isinf(relative_of_groups(nothing, nothing, 64, 3.0, 0.95).low)


def test_the_lift_of_a_period_is_true_at_every_look_within_it():
    """1,000 weeks without a difference, read at 56 moments each: few leave 0 out at any of them.

    400 and 1,600 visitors, of whom each buys sometimes, for amounts of a heavy tail.
    """
    random = np.random.default_rng(4)
    wrong, looks = 0, 56
    for _ in range(1_000):
        arms = []
        for visitors in (400, 1_600):
            buys = random.random((looks, visitors)) < 0.01
            arms.append(np.cumsum(buys * random.lognormal(3.0, 0.8, buys.shape), axis=0))
        for look in range(4, looks):
            own, control = (arm_of_groups(a.shape[1], *in_groups(a[look])) for a in arms[::-1])
            reach = sequence_reach(look + 1.0, looks)
            if 0.0 not in relative_of_groups(own, control, GROUPS, reach, 0.95):
                wrong += 1
                break
    assert wrong / 1_000 <= 0.05
