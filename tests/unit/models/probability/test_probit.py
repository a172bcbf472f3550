"""Our probit regression is River's AdPredictor, for whole slates and for any magnitudes."""

import numpy as np
import pytest
from river import linear_model

from headwater_server.models.probability.probit import CHANCE_MIN, Probit

NAMES = tuple("abcdefgh")


def _impressions(count, seed=1):
    """Some indicators each, and an act the likelier the more of the first three are there."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        x = {name: 1 for name in NAMES if rng.random() < 0.4}
        yield x, bool(rng.random() < 0.05 + 0.2 * sum(name in x for name in "abc"))


@pytest.mark.parametrize("epsilon", [0.0, 0.01])
@pytest.mark.parametrize("beta", [0.1, 1.0])
def test_gives_rivers_numbers_for_indicators(beta, epsilon):
    """Chances, means and variances are those of River's estimator, after each of 400 rows."""
    ours = Probit(beta, prior_probability=0.05, epsilon=epsilon)
    rivers = linear_model.AdPredictor(beta, prior_probability=0.05, epsilon=epsilon)
    for x, acted in _impressions(400):
        assert ours.predict_proba_one(x)[True] == pytest.approx(
            rivers.predict_proba_one(x)[True], rel=1e-6
        )
        ours.learn_one(x, acted)
        rivers.learn_one(x, acted)
    for name, number in ours._numbers.items():
        assert ours.means[number] == pytest.approx(rivers.means[name], rel=1e-6)
        assert ours.variances[number] == pytest.approx(rivers.variances[name], rel=1e-6)


def test_a_slate_is_learned_as_its_rows_one_by_one():
    """`learn_many` is `learn_one` in order, and returns the chance of each before it."""
    rng = np.random.default_rng(2)
    indices = np.column_stack((np.zeros(30, dtype=np.int64), rng.integers(1, 20, (30, 3))))
    values = np.column_stack((np.ones(30), rng.normal(size=(30, 3))))
    acted = rng.random(30) < 0.3
    together, apart = Probit(), Probit()
    predicted = together.learn_many(indices, values, acted)
    for row in range(30):
        cut = slice(row, row + 1)
        assert apart.score_many(indices[cut], values[cut])[0] == pytest.approx(predicted[row])
        apart.learn_many(indices[cut], values[cut], acted[cut])
    assert together.means.tolist() == apart.means.tolist()
    assert together.variances.tolist() == apart.variances.tolist()


def test_the_first_row_gets_the_prior_probability():
    """However many features it has; about, since the bias itself is uncertain as in River."""
    for values in ([1.0, 0.1, 0.2], [1.0, 4.0, 4.0]):
        chance = Probit(prior_probability=0.03).score_many(
            np.array([[0, 1, 2]]), np.array([values])
        )
        assert 0.03 <= chance[0] < 0.1


def test_stays_finite_whatever_comes():
    """Huge values and endless acts leave every number finite, and chances between 0 and 1."""
    model = Probit(epsilon=0.0)
    for n in range(3000):
        row = np.array([[0, 1]]), np.array([[1.0, 1e6 if n % 3 else -1e6]])
        model.learn_many(*row, np.array([n % 7 != 0]))
    assert np.isfinite(model.means).all()
    assert (model.variances[:2] > 0).all()
    chances = model.score_many(*row)
    assert CHANCE_MIN <= chances[0] <= 1 - CHANCE_MIN


def test_a_forgotten_weight_is_at_its_prior():
    """So that the next item of that number begins as one that was never shown."""
    model = Probit()
    row = np.array([[0, 5]]), np.array([[1.0, 1.0]])
    model.learn_many(*row, np.array([True]))
    assert model.variances[5] < 1.0
    model.forget(np.array([5]))
    assert (model.means[5], model.variances[5]) == (0.0, 1.0)


def test_a_part_of_an_act_moves_a_weight_by_that_part_of_each_step():
    def mean_after(acted):
        model = Probit(epsilon=0.0)
        model.learn_many(np.array([[0, 5]]), np.array([[1.0, 1.0]]), np.array([acted]))
        return model.means[5], model.variances[5]

    for act, none, part in zip(mean_after(1.0), mean_after(0.0), mean_after(0.3), strict=True):
        assert part == pytest.approx(0.3 * act + 0.7 * none)


def test_a_constant_part_of_an_act_is_learned_as_a_chance():
    model = Probit()
    for _ in range(2_000):
        model.learn_many(np.array([[0, 5]]), np.array([[1.0, 0.5]]), np.array([0.37]))
    chance = model.score_many(np.array([[0, 5]]), np.array([[1.0, 0.5]]))[0]
    assert chance == pytest.approx(0.37, abs=0.01)
