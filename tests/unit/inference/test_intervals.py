"""Intervals are their equations, and cover what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.betting import betting_sequence
from headwater_server.inference.intervals.bootstrap import visitor_bootstrap
from headwater_server.inference.intervals.clopper_pearson import clopper_pearson
from headwater_server.inference.intervals.gamma import gamma
from headwater_server.inference.intervals.of_difference import interval_of_difference
from headwater_server.inference.intervals.visitors import design_effect, sums_by_visitor
from headwater_server.inference.off_policy.overlap import Overlap
from headwater_server.inference.verdict import Verdict, verdict

few = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize(("acts", "rows"), [(0, 20), (1, 20), (7, 50), (50, 50), (40, 10_000)])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_clopper_pearson_is_scipys(acts, rows, level):
    ours = clopper_pearson(acts / rows, rows, level)
    scipys = stats.binomtest(acts, rows).proportion_ci(level, method="exact")
    assert (ours.low, ours.high) == pytest.approx((scipys.low, scipys.high), rel=1e-9)


@few
@given(st.floats(0.0, 1.0), st.floats(0.5, 1e6))
def test_clopper_pearson_holds_the_rate_and_mirrors_it(rate, rows):
    one, other = clopper_pearson(rate, rows), clopper_pearson(1.0 - rate, rows)
    assert one.low - 1e-12 <= rate <= one.high + 1e-12
    assert one.low == pytest.approx(1.0 - other.high, abs=1e-6)


@pytest.mark.parametrize("acts", [1, 4, 30])
def test_gamma_with_equal_weights_is_the_exact_poisson_interval(acts):
    rewards = np.zeros(5000)
    rewards[:acts] = 1.0
    interval = gamma(np.full(5000, 3.0), rewards)
    low = stats.chi2.ppf(0.025, 2 * acts) / 2
    high = stats.chi2.ppf(0.975, 2 * acts + 2) / 2
    assert 5000 * interval.low == pytest.approx(low)
    assert 5000 * interval.high == pytest.approx(high)


def test_gamma_is_the_equation_of_fay_and_feuer():
    random = np.random.default_rng(3)
    weights, rewards = random.gamma(0.5, 2.0, 400), (random.random(400) < 0.1) * 2.0
    share = weights / weights.sum()
    value, variance = (share * rewards).sum(), (share**2 * rewards**2).sum()
    more = (weights**2).sum() / weights.sum() / weights.sum() * 2.0
    interval = gamma(weights, rewards, 0.9)
    low = variance / (2 * value) * stats.chi2.ppf(0.05, 2 * value**2 / variance)
    degrees = 2 * (value + more) ** 2 / (variance + more**2)
    high = (variance + more**2) / (2 * (value + more)) * stats.chi2.ppf(0.95, degrees)
    assert (interval.low, interval.high) == pytest.approx((low, high))


@few
@given(st.floats(0.01, 100.0), st.floats(0.01, 100.0))
def test_gamma_follows_the_unit_of_rewards_and_ignores_that_of_weights(unit, times):
    weights, rewards = np.array([1.0, 2.0, 0.5, 1.0]), np.array([1.0, 0.0, 3.0, 0.0])
    plain, other = gamma(weights, rewards), gamma(times * weights, unit * rewards)
    assert other.low == pytest.approx(unit * plain.low)
    assert other.high == pytest.approx(unit * plain.high)


def test_sums_and_design_effect_by_hand():
    sums, sizes = sums_by_visitor([1.0, 2.0, 5.0], [7, 3, 7])
    assert (sums.tolist(), sizes.tolist()) == ([2.0, 6.0], [1.0, 2.0])
    alike = np.repeat([1.0, 0.0] * 100, 5)  # five equal rows a visitor are worth one
    assert design_effect(alike, np.arange(1000) // 5) == pytest.approx(5.0, rel=0.01)
    assert design_effect([1.0, 1.0], [1, 2]) == 1.0
    assert design_effect([1.0, 0.0] * 50, np.arange(100) // 2) == 1.0  # less than independent


def test_the_bootstrap_of_single_rows_is_the_normal_interval_of_many():
    rows = np.random.default_rng(4).normal(1.0, 2.0, 4000)
    interval = visitor_bootstrap(rows, np.arange(4000), seed=1)
    error = rows.std() / np.sqrt(4000)
    assert interval.low == pytest.approx(rows.mean() - 1.96 * error, abs=0.15 * error)
    assert interval.high == pytest.approx(rows.mean() + 1.96 * error, abs=0.15 * error)


def test_the_bootstrap_draws_visitors_not_rows():
    """Ten equal rows a visitor give the interval of one, not one that is 3 times as narrow."""
    each = np.random.default_rng(5).normal(size=300)
    visitors = np.arange(300)
    one = visitor_bootstrap(each, visitors, seed=2)
    ten = visitor_bootstrap(np.repeat(each, 10), np.repeat(visitors, 10), seed=2)
    assert (ten.low, ten.high) == pytest.approx((one.low, one.high))


def test_the_bootstrap_is_its_seed(monkeypatch):
    rows, visitors = np.random.default_rng(6).random((2, 500))
    names = np.round(visitors, 1).astype(str)
    plain = visitor_bootstrap(rows, names, seed=5)
    assert visitor_bootstrap(rows, names, seed=5) == plain
    assert visitor_bootstrap(rows, names, seed=6) != plain
    monkeypatch.setattr("headwater_server.inference.intervals.bootstrap._CELLS_MAX", 50)
    assert visitor_bootstrap(rows, names, seed=5) == plain  # drawn in blocks


def test_the_betting_sequence_covers_at_every_row():
    """Of 120 logs, at most 5 % have a row at which the interval misses the truth."""
    random = np.random.default_rng(7)
    logged, target, rates = np.array([0.5, 0.5]), np.array([0.2, 0.8]), np.array([0.2, 0.4])
    missed = 0
    for _ in range(120):
        items = random.choice(2, 400, p=logged)
        rewards = (random.random(400) < rates[items]).astype(float)
        interval = betting_sequence((target / logged)[items], rewards)  # the tightest of all rows
        missed += float(target @ rates) not in interval
    assert missed <= 6


def test_the_betting_sequence_reads_the_rows_in_order():
    weights, rewards = np.ones(600), np.array([1.0, 0.0, 0.0] * 200)
    whole, part = betting_sequence(weights, rewards), betting_sequence(weights[:90], rewards[:90])
    assert part.low <= whole.low <= 1 / 3 <= whole.high <= part.high
    assert whole.low == pytest.approx(1.0 - betting_sequence(weights, 1.0 - rewards).high)


def test_the_betting_sequence_is_the_capital_of_its_bets():
    """At its low end the largest capital is 2 / alpha: computed row by row."""
    random = np.random.default_rng(8)
    values = random.random(300)
    low = betting_sequence(np.ones(300), values, 0.9).low
    log, largest, total, squares = 0.0, 0.0, 0.5, 0.25
    for count, value in enumerate(values, start=1):
        spread = squares / count if count > 1 else 0.25
        bet = np.sqrt(2 * np.log(20) / (count * np.log(1 + count) * spread))
        log += np.log(1 + min(bet, 0.5 / low) * (value - low))
        largest = max(largest, log)
        total += value
        squares += (value - total / (count + 1)) ** 2
    assert largest == pytest.approx(np.log(20), rel=1e-6)


@few
@given(st.lists(st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 1.0)), min_size=1, max_size=40))
def test_the_betting_sequence_stays_within_zero_and_one(rows):
    weights, rewards = np.array(rows).T
    interval = betting_sequence(weights, rewards)
    assert 0.0 <= interval.low <= 1.0
    assert 0.0 <= interval.high <= 1.0


def test_a_difference_of_normal_intervals_is_the_normal_interval():
    one, two = Interval(1.0 - 0.3, 1.0 + 0.3, 0.95), Interval(2.0 - 0.4, 2.0 + 0.4, 0.95)
    found = interval_of_difference(2.0, two, 1.0, one)
    assert (found.low, found.high) == pytest.approx((0.5, 1.5))
    same = interval_of_difference(1.0, one, 1.0, one, correlation=1.0)
    assert (same.low, same.high) == (0.0, 0.0)
    mirrored = interval_of_difference(1.0, one, 2.0, two)
    assert (mirrored.low, mirrored.high) == pytest.approx((-1.5, -0.5))


def test_the_verdict_reads_no_interval_without_overlap():
    few = Overlap.of_rows([1.0] * 10, [1.0] * 10)
    thin = Overlap.of_rows([9.0] + [0.01] * 999, [1.0] * 1_000)
    enough = Overlap.of_rows([1.0] * 400, [1.0] * 400)
    better, worse, neither = (Interval(*ends, 0.95) for ends in ((1, 2), (-2, -1), (-1, 1)))
    assert verdict(better, thin) is Verdict.NOT_ENOUGH_OVERLAP
    assert verdict(better, few) is Verdict.TOO_LITTLE_DATA
    found = [verdict(each, enough) for each in (better, worse, neither)]
    assert found == [Verdict.BETTER, Verdict.WORSE, Verdict.NO_DIFFERENCE_SEEN]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clopper_pearson(1.2, 10), "rate is 1.2, and must be from 0 to 1"),
        (lambda: clopper_pearson(0.2, 0), "rows is 0, and must be above 0"),
        (lambda: clopper_pearson(0.2, 10, 1.0), "level is 1, and must be between 0 and 1"),
        (lambda: gamma([1.0, 1.0], [0.0, 0.0]), "rewards has no row with weight"),
        (lambda: gamma([1.0], [-1.0]), "rewards has a value below 0"),
        (lambda: visitor_bootstrap([1.0, 2.0], [1]), r"visitors has the shape \(1,\)"),
        (lambda: visitor_bootstrap([1.0], [1], draws=1), "draws is 1, and must be at least 10"),
        (lambda: betting_sequence([1.0], [2.0]), "rewards has a value above 1"),
        (
            lambda: interval_of_difference(0, Interval(0, 1, 0.9), 0, Interval(0, 1, 0.95)),
            "other has the level 0.95",
        ),
    ],
)
def test_bad_input_is_refused_with_the_arguments_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
