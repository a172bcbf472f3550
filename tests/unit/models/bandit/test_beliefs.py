"""A belief is the ridge regression of all its rewards, in whatever way they became known."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.models.bandit.beliefs import BIAS, BIAS_PRIOR, PRIOR, Belief

WIDTH = 20


@pytest.fixture
def rows():
    drawn = np.random.default_rng(3)
    x = drawn.normal(size=(60, WIDTH)) * (drawn.uniform(size=(60, WIDTH)) < 0.4)
    x[:, BIAS] = 1.0
    return x, drawn.uniform(-1.0, 1.0, size=60)


def _vector(row):
    places = np.flatnonzero(row)
    return places, row[places], 0.0


def _ridge(x, rewards, others):
    prior = np.full(WIDTH, PRIOR)
    prior[BIAS] = BIAS_PRIOR
    covariance = np.linalg.inv(np.diag(1.0 / prior) + x.T @ x)
    return covariance @ (x.T @ (rewards - others)), covariance


@pytest.mark.parametrize("others", [0.0, 0.4, -2.0])
def test_it_is_ridge_regression_around_what_others_earn(rows, others):
    x, rewards = rows
    belief = Belief()
    for row, reward in zip(x, rewards, strict=True):
        belief.learn(_vector(row), reward)
    weights, covariance = _ridge(x, rewards, others)
    for row in x[:10]:
        mean, variance = belief.value(_vector(row), others)
        assert mean == pytest.approx(others + row @ weights, abs=1e-8)
        assert variance == pytest.approx(row @ covariance @ row, abs=1e-8)


def test_a_correction_is_as_if_the_reward_had_been_that(rows):
    x, rewards = rows
    early, late = Belief(), Belief()
    for place, (row, reward) in enumerate(zip(x, rewards, strict=True)):
        early.learn(_vector(row), reward + (0.7 if place == 5 else 0.0))
        late.learn(_vector(row), reward)
    late.correct(_vector(x[5]), 0.7)
    assert late.value(_vector(x[0]), 0.1) == pytest.approx(early.value(_vector(x[0]), 0.1))


def test_what_it_never_met_is_as_the_prior_says():
    belief = Belief()
    far = np.array([BIAS, 100]), np.array([1.0, 0.5]), 0.25
    assert belief.value(far, 0.3) == pytest.approx((0.3, BIAS_PRIOR + PRIOR * (0.25 + 0.25)))


def test_fading_brings_doubt_back():
    x = np.array([BIAS]), np.array([1.0]), 0.0
    firm, fading = Belief(), Belief()
    for _ in range(2_000):
        firm.learn(x, 0.5)
        fading.learn(x, 0.5, fading=0.01)
    assert firm.value(x, 0.0)[1] < 0.001
    assert 0.05 < fading.value(x, 0.0)[1] < BIAS_PRIOR


def test_a_correction_has_places_for_all_of_its_context():
    """The kernel does not look at bounds."""
    belief = Belief()
    places = np.array([0, 100])
    belief.correct((places, np.ones(2), 0.0), 1.0)
    assert belief.cov.shape == (128, 128)
    assert np.count_nonzero(belief.weights[0]) == len(places)
