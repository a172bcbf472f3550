"""The bounds hold at every row at once, also for large weights and values that move."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.inference.intervals.empirical_bernstein import RunningLow, reach
from headwater_server.inference.intervals.policy_sequence import DifferenceSequence, PolicySequence

RUNS, ROWS, LOOK = 120, 600, 60


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_a_policy_that_is_worse_by_nothing_is_rarely_called_better_at_any_look(
    share: float,
) -> None:
    """Both are worth the same: 2.5 % of runs may say otherwise."""
    random, alarms = np.random.default_rng(1), 0
    for _ in range(RUNS):
        apart = DifferenceSequence()
        for row in range(ROWS):
            by_policy = random.random() < share
            reward = float(random.random() < 0.3)
            weight = 1.0 / share if by_policy else 0.0
            apart.add(weight, 0.0 if by_policy else 1.0 / (1.0 - share), reward)
            if row % LOOK == LOOK - 1 and apart.low.end(0.025) > 1.0:  # its interval is above 0
                alarms += 1
                break
    assert alarms <= 0.025 * RUNS


def test_the_value_of_a_policy_that_learns_is_the_mean_of_its_values() -> None:
    random, held = np.random.default_rng(2), 0
    for _ in range(50):
        value, truth = PolicySequence(), []
        for row in range(ROWS):
            chance = 0.2 + 0.6 * row / ROWS  # of the good action, under the policy
            truth.append(chance * 0.6 + (1.0 - chance) * 0.1)
            good = random.random() < (0.3 * chance + 0.7 * 0.5)
            mine, shown = (
                (chance, 0.3 * chance + 0.35) if good else (1 - chance, 0.65 - 0.3 * chance)
            )
            value.add(mine / shown, float(random.random() < (0.6 if good else 0.1)))
        interval = value.interval()
        held += float(np.mean(truth)) in interval
        assert interval.width < 0.5
    assert held >= 48


def test_the_reach_grows_with_the_square_root_and_with_the_confidence() -> None:
    spreads = [0.0, 10.0, 1e3, 1e6, 1e9]
    found = [reach(spread, 0.025) for spread in spreads]
    assert found == sorted(found)
    assert 3.0 < found[-1] / np.sqrt(spreads[-1]) < 6.0
    assert reach(1e3, 0.001) > reach(1e3, 0.025)


@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_a_value_below_0_or_not_finite_is_refused(value: float) -> None:
    low = RunningLow()
    with pytest.raises(ValueError, match="value"):
        low.add(value)
    assert low == RunningLow()


def test_a_reward_outside_0_to_1_is_refused_and_nothing_is_half_added() -> None:
    value, apart = PolicySequence(), DifferenceSequence()
    for reward in (-0.5, 1.5, float("nan")):
        with pytest.raises(ValueError, match="reward"):
            value.add(1.0, reward)
        with pytest.raises(ValueError, match="reward"):
            apart.add(1.0, 1.0, reward)
    assert value.rows == 0
    assert (value.interval().low, value.interval().high) == (0.0, 1.0)
