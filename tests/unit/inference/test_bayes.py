"""Posteriors are those of scipy and of draws; the prior is the one that fits best."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from headwater_server.inference.bayes.best import expected_loss, probability_best
from headwater_server.inference.bayes.credible import credible
from headwater_server.inference.bayes.hierarchical import fit_hierarchical
from headwater_server.inference.bayes.normal import expected_loss_of, probability_better
from headwater_server.inference.experiments.arm import Arm


def counts(items, seed, a=2.0, b=38.0):
    """Return (acts, seen) of items whose rates are drawn from Beta(a, b)."""
    random = np.random.default_rng(seed)
    seen = random.integers(20, 2000, items)
    return random.binomial(seen, random.beta(a, b, items)), seen


def test_the_prior_of_many_items_is_near_the_most_likely_one():
    acts, seen = counts(400, 1)

    def loss(logs):
        return -stats.betabinom.logpmf(acts, seen, *np.exp(logs)).sum()

    a, b = np.exp(optimize.minimize(loss, [0.0, 3.0], method="Nelder-Mead", tol=1e-9).x)
    prior = fit_hierarchical(acts, seen)
    strengths = prior.a + prior.b
    assert prior.mean == pytest.approx(a / (a + b), rel=0.02)
    assert np.exp(prior.weights @ np.log(strengths)) == pytest.approx(a + b, rel=0.1)


def test_posteriors_of_few_items_are_those_of_an_integral():
    """Beside a fine grid over all priors Beta(a, b), weighted by (a + b)^-2.5."""
    acts, seen = np.array([3.0, 9.0, 2.0]), np.array([60.0, 80.0, 70.0])
    means, strengths = np.meshgrid(
        np.linspace(0.002, 0.6, 300), np.exp(np.linspace(-0.7, 11.5, 300))
    )
    a, b = (means * strengths).ravel(), ((1.0 - means) * strengths).ravel()
    logs = stats.betabinom.logpmf(acts[:, None], seen[:, None], a, b).sum(axis=0)
    weights = np.exp(logs - logs.max()) * (a + b) ** -0.5  # by mean and logarithm of the strength
    truth = ((a + acts[:, None]) / (a + b + seen[:, None])) @ (weights / weights.sum())
    found_a, found_b = fit_hierarchical(acts, seen).posterior(acts, seen)
    assert found_a / (found_a + found_b) == pytest.approx(truth, rel=0.02)


def test_an_item_that_was_not_seen_does_not_change_the_fit():
    acts, seen = counts(30, 2)
    with_more, without = fit_hierarchical([*acts, 0], [*seen, 0]), fit_hierarchical(acts, seen)
    assert with_more.mean == without.mean
    a, b = with_more.posterior([0.0], [0.0])
    assert a[0] / (a[0] + b[0]) == pytest.approx(with_more.mean)


@pytest.mark.parametrize(("items", "slots"), [(1, 50), (3, 50), (20, 100), (200, 30)])
def test_nine_of_ten_intervals_hold_the_rate_whether_items_are_many_or_few(items, slots):
    random = np.random.default_rng(items)
    covered, of_best = [], []
    for _ in range(max(150, 600 // items)):
        rates, seen = random.beta(2.0, 38.0, items), 1 + random.poisson(slots, items)
        acts = random.binomial(seen, rates)
        a, b = fit_hierarchical(acts, seen).posterior(acts, seen)
        low, high = credible(a, b, 0.9)
        holds = (low <= rates) & (rates <= high)
        covered.append(holds.mean())
        of_best.append(holds[np.argmax(a / (a + b))])
    assert 0.85 <= np.mean(covered) <= 0.95
    assert np.mean(of_best) >= 0.8


def test_items_that_look_best_are_covered_with_the_fitted_prior_and_not_with_a_flat_one():
    """The winner's curse: of 50 shops, where is the true rate of the item that looks best?"""
    random = np.random.default_rng(3)
    covered = {"fitted": 0, "flat": 0}
    for _ in range(50):
        rates = random.beta(2.0, 38.0, 60)
        acts, seen = random.binomial(150, rates), np.full(60, 150)
        fitted = fit_hierarchical(acts, seen).posterior(acts, seen)
        for name, (a, b) in (("fitted", fitted), ("flat", (1.0 + acts, 1.0 + seen - acts))):
            best = int(np.argmax(a / (a + b)))
            low, high = credible(a, b, 0.9)
            covered[name] += low[best] <= rates[best] <= high[best]
    assert covered["fitted"] >= 0.8 * 50
    assert covered["flat"] <= 0.8 * 50


def test_of_thousands_of_items_those_that_are_alike_share_their_probability():
    random = np.random.default_rng(6)
    seen = random.poisson(100.0, 3000)
    acts = random.binomial(seen, random.beta(2.0, 38.0, 3000))
    a, b = 2.0 + acts, 38.0 + seen - acts
    found = probability_best(a, b)
    draws = np.bincount(
        np.random.default_rng(7).beta(a, b, (4000, 3000)).argmax(axis=1), minlength=3000
    )
    assert found.sum() == pytest.approx(1.0)
    first = np.argsort(-found)[:20]
    assert found[first].sum() == pytest.approx(draws[first].sum() / 4000, abs=0.03)


def test_probability_best_and_loss_are_those_of_draws():
    a, b = np.array([30.0, 25.0, 40.0, 3.0]), np.array([970.0, 900.0, 1460.0, 60.0])
    draws = np.random.default_rng(4).beta(a, b, (200_000, 4))
    shares = np.bincount(draws.argmax(axis=1), minlength=4) / len(draws)
    loss = (draws.max(axis=1, keepdims=True) - draws).mean(axis=0)
    assert probability_best(a, b) == pytest.approx(shares, abs=0.004)
    assert expected_loss(a, b) == pytest.approx(loss, rel=0.02, abs=1e-5)


def test_one_item_of_hundreds_that_are_alike_has_its_share():
    found = probability_best(np.full(400, 5.0), np.full(400, 95.0))
    assert found == pytest.approx(np.full(400, 1 / 400), rel=1e-6)
    assert probability_best([3.0], [5.0]).tolist() == [1.0]
    assert expected_loss([3.0], [5.0])[0] == pytest.approx(0.0, abs=1e-4)


def test_an_item_that_is_far_worse_has_no_chance():
    found = probability_best([900.0, 10.0], [100.0, 990.0])
    assert found == pytest.approx([1.0, 0.0], abs=1e-9)
    assert expected_loss([900.0, 10.0], [100.0, 990.0])[1] == pytest.approx(0.89, abs=1e-3)


def test_credible_intervals_are_scipys():
    low, high = credible([7.0, 2.0], [143.0, 5.0], 0.8)
    assert (low[0], high[0]) == pytest.approx(stats.beta.interval(0.8, 7, 143))
    assert (low[1], high[1]) == pytest.approx(stats.beta.interval(0.8, 2, 5))


@pytest.mark.parametrize("effects", [math.inf, 0.02])
def test_normal_posteriors_are_those_of_draws(effects):
    treatment, control = Arm(1000, 0.52, 0.3), Arm(1200, 0.5, 0.2)
    error = treatment.squared_error + control.squared_error
    precision = 1 / error + (0.0 if math.isinf(effects) else 1 / effects**2)
    mean = 0.02 / error / precision
    draws = np.random.default_rng(5).normal(mean, precision**-0.5, 400_000)
    assert probability_better(treatment, control, effects) == pytest.approx(
        (draws > 0).mean(), abs=0.004
    )
    loss = np.maximum(0.0, -draws).mean()
    assert expected_loss_of(treatment, control, effects) == pytest.approx(loss, rel=0.03)


def test_without_data_nothing_is_known():
    empty, arm = Arm(0, 0.0, 0.0), Arm(100, 1.0, 1.0)
    assert probability_better(empty, arm) == 0.5
    assert probability_better(empty, arm, effects=0.1) == 0.5
    assert math.isinf(expected_loss_of(empty, arm))
    assert expected_loss_of(empty, arm, effects=0.1) == pytest.approx(0.1 / math.sqrt(2 * math.pi))
    same = Arm(10, 1.0, 0.0)
    assert probability_better(Arm(10, 2.0, 0.0), same) == 0.5
    assert math.isinf(expected_loss_of(same, Arm(10, 2.0, 0.0)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_hierarchical([0, 0], [0, 0]), "seen is 0 for all items"),
        (lambda: fit_hierarchical([2], [1]), "acts has an item with more acts than seen"),
        (lambda: fit_hierarchical([1, 2], [3]), "seen has the shape"),
        (lambda: probability_best([1.0, 0.0], [1.0, 1.0]), "a has a value that is not above 0"),
        (lambda: expected_loss([1.0], [1.0, 2.0]), "b has the shape"),
        (lambda: credible([1.0], [1.0], 1.5), "level is 1.5"),
        (lambda: probability_better(Arm(2, 0, 1), Arm(2, 0, 1), 0.0), "effects is 0"),
    ],
)
def test_bad_input_is_refused_with_the_arguments_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
