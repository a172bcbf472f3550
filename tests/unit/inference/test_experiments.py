"""Statistics of experiments are their equations, and stay true at every look."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.bonferroni import bonferroni_level
from headwater_server.inference.experiments.confidence_sequence import (
    confidence_sequence,
    sequence_reach,
    tuned_spread,
)
from headwater_server.inference.experiments.cuped import Moments, cuped, variance_left
from headwater_server.inference.experiments.difference import difference
from headwater_server.inference.experiments.fixed_horizon import (
    difference_at_end,
    relative_at_end,
)
from headwater_server.inference.experiments.planning import visitors_needed
from headwater_server.inference.experiments.relative import relative
from headwater_server.inference.experiments.sample_ratio import sample_ratio

few = settings(max_examples=40, deadline=None)

MEANS = st.floats(0.05, 50.0)
ARMS = st.builds(Arm, st.integers(2, 100_000), MEANS, st.floats(0.0, 100.0))


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_the_mixture_is_tuned_as_lambert_says(level):
    alpha = 1.0 - level
    lambert = -special.lambertw(-(alpha**2) / math.e, -1).real - 1.0
    assert tuned_spread(level) == pytest.approx(lambert, rel=1e-9)


@few
@given(st.floats(10.0, 1e5), st.floats(0.1, 10.0))
def test_no_other_number_of_visitors_has_a_narrower_sequence_than_the_planned(planned, share):
    """In standard errors a later look may be narrower by little; in width per plan none is."""
    here = sequence_reach(planned, planned)
    assert here == pytest.approx(math.sqrt(tuned_spread(0.95) + 1.0))
    assert sequence_reach(planned, share * planned) >= here - 1e-12


def test_a_sequence_is_the_equation_of_its_paper():
    visitors, planned, alpha = 700, 2000, 0.1
    arm = Arm(visitors, 1.5, 4.0)
    rho2 = tuned_spread(0.9) / planned
    term = visitors * rho2 + 1.0
    reach = 2.0 * math.sqrt(2.0 * term / (visitors**2 * rho2) * math.log(math.sqrt(term) / alpha))
    interval = confidence_sequence(arm, planned, 0.9)
    assert (interval.low, interval.high) == pytest.approx((1.5 - reach, 1.5 + reach))


def test_a_sequence_is_true_at_every_look_and_a_fixed_interval_is_not():
    """Of 600 streams of 1,000 values, few leave the sequence in any row; the fixed one, many."""
    values = np.random.default_rng(9).laplace(0.0, 1.0, (600, 1000))
    count = np.arange(1, 1001)
    mean = (values.cumsum(axis=1) / count)[:, 99:]
    deviation = np.sqrt(((values**2).cumsum(axis=1) / count)[:, 99:] - mean**2)
    score = np.abs(mean) / deviation * np.sqrt(count[99:])
    reach = np.array([sequence_reach(t, 500) for t in count[99:]])
    assert (score > reach).any(axis=1).mean() <= 0.05
    assert (score > 1.96).any(axis=1).mean() >= 0.25


def test_arms_of_values_and_of_sums_are_numpys():
    values = np.random.default_rng(10).gamma(2.0, 3.0, 50)
    arm = Arm.from_sums(50, values.sum(), (values**2).sum())
    assert arm.mean == pytest.approx(values.mean())
    assert arm.variance == pytest.approx(values.var(ddof=1))
    assert Arm.of(values).squared_error == pytest.approx(stats.sem(values) ** 2)
    assert Arm.from_sums(0, 0.0, 0.0) == Arm(0, 0.0, 0.0)
    assert math.isinf(Arm.of([3.0]).squared_error)


@few
@given(ARMS, ARMS)
def test_a_difference_turns_around_with_its_arms(one, two):
    there, back = difference(one, two, 1000), difference(two, one, 1000)
    assert there.low == pytest.approx(-back.high)
    assert there.high == pytest.approx(-back.low)


@few
@given(ARMS, ARMS)
def test_a_lift_excludes_zero_exactly_when_the_difference_does(one, two):
    apart, lift = difference(one, two, 1000), relative(one, two, 1000)
    if min(abs(apart.low), abs(apart.high)) > 1e-9:
        assert (0.0 in apart) == (0.0 in lift) or math.isinf(lift.low)
        ratio = one.mean / two.mean - 1.0
        assert lift.low - 1e-9 * (1.0 + ratio) <= ratio <= lift.high + 1e-9 * (1.0 + ratio)


def test_the_ends_of_a_lift_solve_fiellers_equation():
    treatment, control = Arm(900, 1.2, 2.0), Arm(800, 1.0, 1.5)
    lift = relative_at_end(treatment, control)
    for end in (lift.low, lift.high):
        ratio = 1.0 + end
        error = treatment.squared_error + ratio**2 * control.squared_error
        score = (treatment.mean - ratio * control.mean) / math.sqrt(error)
        assert abs(score) == pytest.approx(stats.norm.ppf(0.975))


def test_the_fixed_interval_is_welchs_for_many_visitors():
    random = np.random.default_rng(11)
    one, two = random.normal(1.0, 2.0, 20_000), random.normal(0.9, 1.0, 30_000)
    ours = difference_at_end(Arm.of(one), Arm.of(two), 0.9)
    welch = stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.9)
    assert (ours.low, ours.high) == pytest.approx((welch.low, welch.high), rel=1e-3)


def test_an_arm_without_visitors_or_spread_says_nothing():
    for found in (
        difference(Arm(0, 0.0, 0.0), Arm(10, 1.0, 1.0), 100),
        relative(Arm(10, 1.0, 1.0), Arm(1, 1.0, 0.0), 100),
        relative(Arm(10, 1.0, 1.0), Arm(10, 0.0, 0.0), 100),
        confidence_sequence(Arm(1, 1.0, 0.0), 100),
        confidence_sequence(Arm(9, 1.0, 0.0), 100),
        difference(Arm(2, 1.0, 0.0), Arm(2, 0.0, 0.0), 100),
        relative(Arm(2, 2.0, 0.0), Arm(2, 1.0, 0.0), 100),
    ):
        assert (found.low, found.high) == (-math.inf, math.inf)


def random_visitors(count, seed):
    """Return (outcomes, history, has history) of so many visitors, half of them new."""
    random = np.random.default_rng(seed)
    known = (random.random(count) < 0.5).astype(float)
    taste = random.gamma(1.0, 2.0, count)
    history = known * random.poisson(3.0 * taste)
    return random.poisson(taste) + 0.5 * known, history, known


def test_cuped_is_the_regression_on_both_covariates():
    """With one arm, the variance left is that of the residuals of numpy's least squares."""
    outcomes, history, known = random_visitors(3000, 12)
    moments = Moments.of(outcomes, history, known)
    (arm,) = cuped([moments])
    matrix = np.column_stack([np.ones(3000), history, known])
    residuals = outcomes - matrix @ np.linalg.lstsq(matrix, outcomes)[0]
    assert arm.variance == pytest.approx(residuals.var(ddof=1))
    assert arm.mean == pytest.approx(outcomes.mean())
    assert variance_left([moments]) == pytest.approx(residuals.var() / outcomes.var())
    assert variance_left([moments]) < 0.75


def test_cuped_keeps_the_effect_and_takes_out_the_noise():
    """Over 200 assignments the difference is the effect on average, and varies less."""
    outcomes, history, known = random_visitors(1000, 13)
    random = np.random.default_rng(14)
    plain, adjusted = [], []
    for _ in range(200):
        treated = random.random(1000) < 0.5
        seen = outcomes + 0.3 * treated
        arms = [Moments.of(seen[of], history[of], known[of]) for of in (treated, ~treated)]
        one, two = cuped(arms)
        adjusted.append(one.mean - two.mean)
        plain.append(seen[treated].mean() - seen[~treated].mean())
    assert np.mean(adjusted) == pytest.approx(0.3, abs=4 * np.std(adjusted) / math.sqrt(200))
    assert np.var(adjusted) < 0.8 * np.var(plain)


def test_cuped_without_history_changes_nothing():
    outcomes = np.array([1.0, 2.0, 4.0])
    arms = [Moments.of(outcomes + n, np.zeros(3), np.zeros(3)) for n in (0, 1)]
    assert cuped(arms)[1].mean == pytest.approx(outcomes.mean() + 1)
    assert cuped(arms)[0].variance == pytest.approx(outcomes.var(ddof=1))
    everyone = [Moments.of(outcomes, np.full(3, 5.0), np.ones(3))]
    assert variance_left(everyone) == pytest.approx(1.0)


@few
@given(st.floats(1e-3, 1e3))
def test_cuped_ignores_the_unit_of_history(unit):
    outcomes, history, known = random_visitors(200, 15)
    plain = cuped([Moments.of(outcomes, history, known)])
    other = cuped([Moments.of(outcomes, unit * history, known)])
    assert other[0].variance == pytest.approx(plain[0].variance, rel=1e-6)


def test_sample_ratio_is_the_share_of_two_likelihoods():
    """The Dirichlet-multinomial likelihood by that of the plan, from scipy."""
    visitors, weights = np.array([30, 50, 40]), np.array([0.25, 0.5, 0.25])
    mixed = stats.dirichlet_multinomial.pmf(visitors, 100.0 * weights, 120)
    plain = stats.multinomial.pmf(visitors, 120, weights)
    assert sample_ratio(visitors, [1, 2, 1]) == pytest.approx(mixed / plain)


def test_sample_ratio_is_one_on_average_while_the_split_is_right():
    """It is a martingale: the mean over all splits of 30 visitors is 1."""
    counts = np.arange(31)
    chances = stats.binom.pmf(counts, 30, 0.4)
    values = [sample_ratio([n, 30 - n], [0.4, 0.6]) for n in counts]
    assert float(chances @ values) == pytest.approx(1.0)
    assert sample_ratio([0, 0], [1, 1]) == pytest.approx(1.0)
    assert math.isfinite(sample_ratio([10**7, 0], [1, 1]))


def test_bonferroni_divides_the_error():
    assert bonferroni_level(0.95, 1) == pytest.approx(0.95)
    assert bonferroni_level(0.95, 5) == pytest.approx(0.99)


def test_the_planned_visitors_find_the_lift_with_the_power():
    """At the plan the sequence's low end is above 0 in 80 % of normal differences."""
    planned = visitors_needed(mean=2.0, variance=9.0, lift=0.1)
    error = math.sqrt(4.0 * 9.0 / planned)
    reach = sequence_reach(planned, planned)
    assert stats.norm.sf(reach - 0.2 / error) == pytest.approx(0.8, abs=1e-3)
    assert visitors_needed(2.0, 9.0, lift=-0.1) == planned


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Arm(-1, 0.0, 1.0), "visitors is -1, and must be at least 0"),
        (lambda: Arm(2, float("nan"), 1.0), "mean is nan, and must be finite"),
        (lambda: Arm(2, 0.0, -1.0), "variance is -1"),
        (lambda: difference(Arm(9, 1.0, 1.0), Arm(9, 1.0, 1.0), 0), "planned is 0"),
        (lambda: relative(Arm(9, 1.0, 1.0), Arm(9, 1.0, 1.0), 10, 0.0), "level is 0"),
        (lambda: confidence_sequence(Arm(1, 1.0, 1.0), 10, 2.0), "level is 2"),
        (lambda: bonferroni_level(0.95, 0), "comparisons is 0, and must be at least 1"),
        (lambda: cuped([]), "arms has one with less than two visitors, or none"),
        (lambda: Moments.of([1.0], [1.0], [2.0]), "has_history has a value above 1"),
        (lambda: sample_ratio([1, 2], [1.0, 0.0]), "weights needs two arms or more"),
        (lambda: sample_ratio([1, -2], [1.0, 1.0]), "visitors has a value below 0"),
        (lambda: sample_ratio([1, 2, 3], [1.0, 1.0]), "visitors has the shape"),
        (lambda: visitors_needed(1.0, 1.0, 0.0), "lift is 0"),
    ],
)
def test_bad_input_is_refused_with_the_arguments_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
