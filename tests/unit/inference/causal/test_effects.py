"""Methods find effects that are known, and the libraries and textbooks say the same."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from headwater_server.inference.causal import differences
from headwater_server.inference.causal.balance import standardized_differences
from headwater_server.inference.causal.chance_model import logged_chances
from headwater_server.inference.causal.clustered import (
    independent,
    least_squares,
    mean,
    with_constant,
)
from headwater_server.inference.causal.doubly_robust import doubly_robust
from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.causal.matching import matched
from tests.unit.inference.causal.worlds import world


def estimates(one, outcomes):
    args = one.placed, one.chance, outcomes
    return {
        "naive": differences.naive(one.placed, outcomes, one.visitors),
        "weighted": differences.weighted(*args, one.visitors),
        "matched": matched(*args, one.visitors).effect,
        "robust": doubly_robust(*args, one.covariates, one.visitors),
    }


def test_methods_with_the_chance_find_the_effect_and_the_naive_one_does_not():
    one = world(20_000, seed=3)
    found = estimates(one, one.outcome)
    assert not found.pop("naive").interval(0.99).low <= one.placing
    for name, effect in found.items():
        assert one.placing in effect.interval(0.99), name
        assert abs(effect.value - one.placing) < 0.05, name


def test_the_placebo_is_zero_only_for_methods_with_the_chance():
    one = world(20_000, seed=4)
    found = estimates(one, one.before)
    assert found.pop("naive").is_off_zero(0.99)
    assert not any(effect.is_off_zero(0.99) for effect in found.values())


def test_intervals_hold_the_effect_when_the_same_visitors_come_often():
    """300 visitors with 10 lists each: errors that take rows for independent are too small."""
    held = {"weighted": 0, "robust": 0, "plain": 0}
    runs = 60
    for seed in range(runs):
        random = np.random.default_rng(1_000 + seed)
        visitors = np.repeat(np.arange(300), 10)
        chance = np.repeat(random.uniform(0.1, 0.9, 300), 10)
        often = np.repeat(random.random(300), 10) < chance  # the visitor's lists go together
        habit = np.repeat(random.normal(size=300), 10)
        y = 0.5 * often + habit + random.normal(size=3_000)
        covariates = np.zeros((3_000, 1))
        weighted = differences.weighted(often, chance, y, visitors)
        robust = doubly_robust(often, chance, y, covariates, visitors)
        weights = differences.weights_of(often, chance)
        plain = least_squares(y, with_constant(often), np.arange(3_000), weights).effect(1)
        for name, effect in (("weighted", weighted), ("robust", robust), ("plain", plain)):
            held[name] += 0.5 in effect.interval(0.95)
    assert held["weighted"] >= 0.88 * runs
    assert held["robust"] >= 0.88 * runs
    assert held["plain"] < 0.7 * runs


def test_a_wrong_model_of_the_outcome_does_not_bias_the_doubly_robust_effect():
    random = np.random.default_rng(5)
    x = random.uniform(-2, 2, 20_000)
    chance = 0.1 + 0.2 * x**2
    placed = random.random(20_000) < chance
    y = np.exp(x) * (1.0 + 0.5 * placed)
    truth = float((0.5 * np.exp(x)).mean())
    effect = doubly_robust(placed, chance, y, random.normal(size=(20_000, 1)), range(20_000))
    assert truth in effect.interval(0.99)


def test_statsmodels_finds_the_same_doubly_robust_effect():
    """Its own AIPW, of a chance that it estimates: close to ours with that chance."""
    effects = pytest.importorskip("statsmodels.treatment.treatment_effects")
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.regression.linear_model import OLS

    one = world(4_000)
    columns = with_constant(one.covariates)
    select = Logit(one.placed, columns).fit(disp=0)
    model = OLS(one.outcome, with_constant(one.covariates, select.predict()))
    peer = effects.TreatmentEffect(model, one.placed, results_select=select)
    theirs = peer.aipw(return_results=False)[0]
    ours = doubly_robust(one.placed, select.predict(), one.outcome, one.covariates, one.visitors)
    assert ours.value == pytest.approx(theirs, rel=1e-6)


def test_clustered_errors_are_those_of_the_formula():
    one = world(500, visitors=120)
    columns, weights = with_constant(one.placed), 0.5 + one.chance
    fit = least_squares(one.outcome, columns, one.visitors, weights)
    bread = np.linalg.inv(columns.T @ (columns * weights[:, None]))
    coefficients = bread @ columns.T @ (weights * one.outcome)
    parts = columns * (weights * (one.outcome - columns @ coefficients))[:, None]
    sums = np.array([parts[one.visitors == g].sum(axis=0) for g in np.unique(one.visitors)])
    groups = len(sums)
    meat = groups / (groups - 1) * (500 - 1) / (500 - 2) * sums.T @ sums
    assert_allclose(fit.coefficients, coefficients)
    assert_allclose(fit.errors, np.sqrt(np.diag(bread @ meat @ bread)), rtol=1e-6)


def test_a_visitor_whose_rows_are_copies_counts_once():
    alone = mean([1.0, 2.0, 4.0, 7.0], range(4))
    copied = mean([1.0, 2.0, 4.0, 7.0] * 9, [*range(4)] * 9)
    assert copied.value == pytest.approx(alone.value)
    assert copied.standard_error == pytest.approx(alone.standard_error, rel=0.03)


def test_chances_of_what_is_logged_are_those_of_the_logistic_regression():
    sklearn = pytest.importorskip("sklearn.linear_model")
    one = world(5_000)
    peer = sklearn.LogisticRegression(C=1e9).fit(one.covariates, one.seen)
    theirs = peer.predict_proba(one.covariates)[:, 1]
    assert_allclose(logged_chances(one.seen, one.covariates), theirs, atol=2e-4)


def test_chances_of_a_covariate_that_decides_all_stay_between_the_bounds():
    seen = np.repeat([0.0, 1.0], 50)
    found = logged_chances(seen, seen[:, None] * 7.0)
    assert found.min() == pytest.approx(0.001)
    assert found.max() == pytest.approx(0.999)


def test_matching_finds_the_nearest_partner_as_a_search_of_all_does():
    one = world(300)
    logits = np.log(one.chance / (1.0 - one.chance))
    reach, sums = 0.2 * logits.std(), []
    for row in range(300):
        others = np.flatnonzero(one.placed != one.placed[row])
        distance = np.abs(logits[others] - logits[row])
        if distance.min() <= reach:
            partner = others[distance.argmin()]
            sums.append((2 * one.placed[row] - 1) * (one.outcome[row] - one.outcome[partner]))
    found = matched(one.placed, one.chance, one.outcome, one.visitors)
    assert found.alone == 300 - len(sums)
    # weighted group means: equal to the mean of differences where both groups weigh the same
    total = found.weights[one.placed > 0].sum()
    assert total == found.weights[one.placed == 0].sum() == len(sums)
    assert found.effect.value == pytest.approx(np.mean(sums))


def test_matching_without_a_partner_in_reach_says_so():
    with pytest.raises(ValueError, match="no row has a partner"):
        matched([1, 1, 0, 0], [0.9, 0.9, 0.1, 0.1], [1.0] * 4, range(4))


def test_balance_is_worse_before_weighting_than_after():
    one = world(10_000)
    weights = differences.weights_of(one.placed, one.chance)
    before = standardized_differences(one.placed, one.covariates)
    after = standardized_differences(one.placed, one.covariates, weights)
    assert before[0] > 0.5
    assert abs(after[0]) < 0.06
    assert standardized_differences([1, 0, 1, 0], np.full((4, 1), 3.0)).tolist() == [0.0]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: differences.weights_of([1, 0], [1.0, 0.5]), "not between 0 and 1"),
        (lambda: differences.naive([1, 2], [0.0, 1.0], [1, 2]), "treated has a value above 1"),
        (lambda: mean([1.0, 2.0], ["ann", "ann"]), "visitors: there is 1"),
        (lambda: mean([1.0, float("nan")], [1, 2]), "not finite"),
        (lambda: standardized_differences([1, 1], [[0.0], [1.0]]), "one of the groups has no row"),
        (lambda: doubly_robust([1, 1], [0.5] * 2, [0.0, 1.0], [[0.0]] * 2, [1, 2]), "no row"),
        (lambda: Effect(0.1, 0.1, 9).interval(1.5), "level"),
    ],
)
def test_what_cannot_be_computed_is_named(call, reason):
    with pytest.raises(ValueError, match=reason):
        call()


def test_covariates_that_make_each_other_up_change_nothing():
    """Hours as dummies sum to one: the libraries' own least squares would add noise here."""
    one = world(3_000)
    quarter = np.arange(3_000) % 4
    dummies = (quarter[:, None] == np.arange(4)).astype(float)
    args = one.placed, one.chance, one.outcome
    whole = doubly_robust(*args, np.hstack([one.covariates, dummies, dummies]), one.visitors)
    fewer = doubly_robust(*args, np.hstack([one.covariates, dummies[:, :3]]), one.visitors)
    assert whole.value == pytest.approx(fewer.value, rel=1e-9)
    assert independent(with_constant(dummies, np.zeros(3_000), dummies)).tolist() == [0, 1, 2, 3]
