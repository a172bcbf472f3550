"""A pool of experts: Newton's steps held to plain numpy, and weights that find who knows."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.models.popularity.pool import (
    DOUBT,
    HALF_LIFE,
    begin,
    begin_again,
    learn_pooled,
)


def softmax(values):
    odds = np.exp(values - values.max())
    return odds / odds.sum()


def twin(weights, precision, rows, weight):
    """Return (weights, precision) after one choice, by the equations."""
    count = len(weights)
    chances, fading = softmax(rows @ weights), 2.0 ** (-weight / HALF_LIFE)
    means = chances @ rows
    covariance = (rows * chances[:, None]).T @ rows - np.outer(means, means)
    precision = fading * precision + (1.0 - fading) * DOUBT * np.eye(count) + weight * covariance
    slope = weight * (rows[0] - means)
    slope -= (1.0 - fading) * DOUBT * (weights - 1.0 / count)
    return np.maximum(weights + np.linalg.solve(precision, slope), 0.0), precision


def test_steps_are_those_of_plain_numpy():
    rng, pool = np.random.default_rng(1), begin(5)
    weights, precision = pool[0].copy(), pool[1:].copy()
    for _ in range(200):
        rows = rng.normal(size=(int(rng.integers(2, 40)), 5)) * [1.0, 2.0, 1.0, 3.0, 0.1]
        weight = float(rng.choice([1.0, 0.25, 3.0]))
        learn_pooled(pool, rows, weight)
        weights, precision = twin(weights, precision, rows, weight)
    np.testing.assert_allclose(pool[0], weights, rtol=1e-8)
    np.testing.assert_allclose(pool[1:], precision, rtol=1e-8, atol=1e-9)


def choices(truth, count, seed=0):
    """Yield rows of 40 items, the first of them chosen by the softmax of ``truth``."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        rows = rng.normal(size=(40, len(truth)))
        chosen = rng.choice(40, p=softmax(rows @ truth))
        rows[[0, chosen]] = rows[[chosen, 0]]
        yield rows


def test_the_weights_become_those_by_which_is_chosen():
    truth, pool = np.array([1.2, 0.0, 0.4]), begin(3)
    for rows in choices(truth, 2_000):
        learn_pooled(pool, rows, 1.0)
    np.testing.assert_allclose(pool[0], truth, atol=0.12)


def test_no_rate_has_to_fit_the_scale_of_an_expert():
    """One whose values are ten times as large, or a third, gets a tenth or thrice the weight."""
    for scale in (10.0, 1.0, 1.0 / 3.0):
        pool = begin(2)
        for rows in choices(np.array([1.0, 0.0]), 3_000):
            learn_pooled(pool, rows * [scale, 1.0], 1.0)
        assert pool[0, 0] * scale == pytest.approx(1.0, abs=0.15)


def test_an_expert_that_misleads_counts_nothing_rather_than_less():
    """What all find worst would else be first: made-up visitors would only have to choose it."""
    pool = begin(2)
    for rows in choices(np.array([-2.0, -1.0]), 500):
        learn_pooled(pool, rows, 1.0)
    assert pool[0].tolist() == [0.0, 0.0]
    for rows in choices(np.array([1.0, 0.0]), 4_000):
        learn_pooled(pool, rows, 1.0)
    assert pool[0, 0] > 0.5  # and again, as soon as it leads


def test_few_choices_leave_the_mean_of_all():
    pool = begin(4)
    for rows in choices(np.array([2.0, 0.0, 0.0, 0.0]), 2):
        learn_pooled(pool, rows, 1.0)
    assert np.abs(pool[0] - 0.25).max() < 0.2


def test_the_weights_follow_when_another_one_knows():
    pool = begin(2)
    for truth in ([1.0, 0.0], [0.0, 1.0]):
        for rows in choices(np.array(truth), 8_000):
            learn_pooled(pool, rows, 1.0)
    np.testing.assert_allclose(pool[0], [0.0, 1.0], atol=0.2)


def test_part_of_a_choice_is_learned_as_that_part():
    whole, parts = begin(2), begin(2)
    for rows in choices(np.array([1.0, 0.0]), 100):
        learn_pooled(whole, rows, 1.0)
        for _ in range(4):
            learn_pooled(parts, rows, 0.25)
    np.testing.assert_allclose(parts[0], whole[0], atol=0.05)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e9])
def test_an_expert_without_a_number_teaches_nothing(value):
    pool, rows = begin(2), np.ones((3, 2))
    rows[1, 1] = value
    learn_pooled(pool, rows, 1.0)
    assert np.array_equal(pool, begin(2))


def test_no_weight_and_no_rows_teach_nothing():
    pool = begin(2)
    learn_pooled(pool, np.eye(2), 0.0)
    learn_pooled(pool, np.empty((0, 2)), 1.0)
    assert np.array_equal(pool, begin(2))


def test_another_expert_begins_as_at_the_start_and_the_others_go_on():
    pool = begin(3)
    for rows in choices(np.array([1.0, 0.0, 1.0]), 200):
        learn_pooled(pool, rows, 1.0)
    before = pool.copy()
    begin_again(pool, 2)
    assert pool[0, 2] == pytest.approx(1.0 / 3.0)
    assert np.array_equal(pool[0, :2], before[0, :2])
    assert np.array_equal(pool[1:3, :2], before[1:3, :2])
    assert pool[3].tolist() == [0.0, 0.0, DOUBT] == pool[1:, 2].tolist()
    assert (np.linalg.eigvalsh(pool[1:]) > 0.0).all()
