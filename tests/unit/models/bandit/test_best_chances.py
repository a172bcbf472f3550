"""The chances to be the best: exact enough, a distribution, and sane for absurd numbers."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.models.bandit.best_chances import best_chances


@pytest.mark.parametrize("seed", range(5))
def test_they_are_the_shares_of_many_draws(seed):
    drawn = np.random.default_rng(seed)
    n = int(drawn.integers(2, 12))
    means, spreads = drawn.normal(size=n), drawn.uniform(0.1, 2.0, size=n)
    draws = means + spreads * drawn.normal(size=(200_000, n))
    shares = np.bincount(draws.argmax(axis=1), minlength=n) / len(draws)
    assert np.abs(best_chances(means, spreads) - shares).max() < 0.006


@pytest.mark.parametrize("seed", range(20))
def test_they_sum_to_one_and_none_is_negative(seed):
    drawn = np.random.default_rng(seed)
    n = int(drawn.integers(1, 50))
    means = drawn.normal(size=n) * 10.0 ** drawn.integers(-8, 9)
    spreads = drawn.uniform(size=n) * 10.0 ** drawn.integers(-12, 9)
    chances = best_chances(means, spreads)
    assert chances.min() >= 0.0
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)


def test_a_higher_mean_has_a_higher_chance():
    chances = [best_chances(np.array([m, 0.3, 0.2]), np.full(3, 0.1))[0] for m in (0.1, 0.2, 0.4)]
    assert chances == sorted(chances)


@pytest.mark.parametrize("spread", [0.0, 1e-300, 1e-9])
def test_without_doubt_the_highest_mean_has_it_all(spread):
    means = np.array([0.1, 0.7, 0.5])
    assert best_chances(means, np.full(3, spread)).round(6).tolist() == [0.0, 1.0, 0.0]


def test_a_sure_action_and_a_doubtful_one():
    """The doubtful one is better in half of the draws, however little it says of itself."""
    chances = best_chances(np.array([0.5, 0.5]), np.array([1e-6, 100.0]))
    assert chances == pytest.approx([0.5, 0.5], abs=0.02)
    assert best_chances(np.zeros(0), np.zeros(0)).tolist() == []
    assert best_chances(np.array([1e300]), np.array([0.0])).tolist() == [1.0]
