"""The figures of the bar that compares answers with and without a shadow."""

from __future__ import annotations

import pytest

from benchmarks.evaluation.shadowing import Rounds


def test_the_ratio_is_the_mean_of_rounds_with_its_interval():
    slow = [[2.0 * value for value in (1.0, 2.0 + n)] for n in range(12)]
    rounds = Rounds([[1.0, 2.0 + n] for n in range(12)], slow, slow)
    assert rounds.ratio(rounds.beside) == pytest.approx((2.0, 2.0, 2.0))
    assert rounds.ratio(rounds.beside, rounds.control) == pytest.approx((1.0, 1.0, 1.0))
    mean, low, high = Rounds([[1.0]] * 20, [[1.0], [4.0]] * 10, []).ratio([[1.0], [4.0]] * 10)
    assert low < mean < high
    assert mean == pytest.approx(2.0)
