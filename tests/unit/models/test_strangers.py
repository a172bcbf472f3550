"""What strangers choose: counts held to plain numpy, and experts judged by their own record."""

from __future__ import annotations

import math

import numpy as np
import pytest

from headwater_server.engine.snapshot import state
from headwater_server.models.popularity.strangers import (
    COLUMNS,
    EXPERTS,
    RANKER,
    Strangers,
    count_shares,
    is_judged,
    judge,
)

NOBODY = np.zeros(0, dtype=np.int32)


def items(*numbers):
    return np.array(numbers, dtype=np.int32)


def digest(model):
    return state.digest(state.flatten(model.state()))


def twin_shares(acts, at):
    """Return float64[items, experts]: each act n^-a, halved per half-life, by the definition."""
    found = np.zeros((8, COLUMNS))
    for time, item, weight, place in acts:
        for k, (power, half_life) in enumerate(EXPERTS):
            found[item, k] += weight * place**-power * 2.0 ** ((time - at) / half_life)
    return found


def random_acts(seed, count=400, step=1.0):
    rng = np.random.default_rng(seed)
    return [
        (step * n, int(rng.integers(0, 8)), float(rng.choice([1.0, 0.25])), int(rng.integers(1, 9)))
        for n in range(1, count)
    ]


@pytest.mark.parametrize("step", [1.0, 400.0])  # 400: stored values are scaled down on the way
def test_counts_are_those_of_the_definition(step):
    model, acts = Strangers(), random_acts(1, step=step)
    for time, item, weight, place in acts:
        count_shares(model.counted, item, time, weight, place)
    at = acts[-1][0]
    fading = np.array(
        [2.0 ** ((o - at) / h) for o, (_, h) in zip(model.origins, EXPERTS, strict=True)]
    )
    expected = twin_shares(acts, at)
    np.testing.assert_allclose(model.stored[:8] * fading, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(model.counted[2] * fading, expected.sum(axis=0), rtol=1e-9)


def twin_weights(gains, average):
    rate = 0.5 * math.sqrt(math.log(len(gains)) / average)
    odds = np.exp(rate * (gains - gains.max()))
    return odds / odds.sum()


def test_weights_and_scores_are_those_of_plain_numpy():
    rng, model = np.random.default_rng(2), Strangers()
    gains, average = np.zeros(COLUMNS + 1), 1.0
    shown = items(*range(8))
    for time, item, weight, place in random_acts(2):
        of_ranker = rng.normal(size=8)
        orders = np.vstack([model.stored[:8].T, of_ranker])
        ranks = [np.argsort(-row, kind="stable").tolist().index(item) + 1 for row in orders]
        gained = weight * np.array([1.0 / math.log2(1 + rank) for rank in ranks])
        fading = 2.0 ** (-weight / 2_000.0)
        average = fading * average + float(twin_weights(gains, average) @ gained)
        judge(model.counted, shown, of_ranker, item, weight)
        gains = fading * gains + gained
        count_shares(model.counted, item, time, weight, place)
    weights = twin_weights(gains, average)
    np.testing.assert_allclose(model.weights, weights, rtol=1e-9)
    shares = model.stored[:8] / model.counted[2]
    expected = np.log(1.0 + 1e5 * shares) @ weights[:COLUMNS] + weights[RANKER] * of_ranker
    np.testing.assert_allclose(model.scores(shown, of_ranker), expected, rtol=1e-5)


def test_an_item_that_was_no_candidate_judges_nobody():
    model = Strangers()
    count_shares(model.counted, 3, 1.0, 1.0, 1)
    before = digest(model)
    judge(model.counted, items(1, 2), np.zeros(2), 3, 1.0)
    assert digest(model) == before


def test_an_act_that_teaches_others_nothing_judges_nobody():
    model = Strangers()
    count_shares(model.counted, 1, 1.0, 1.0, 1)
    before = digest(model)
    judge(model.counted, items(1, 2), np.zeros(2), 1, 0.0)
    assert digest(model) == before


@pytest.mark.parametrize("step", [2, 3, 4, 5, 8, 12])
def test_one_in_four_acts_judges_however_they_come_in_groups(step):
    """Visitors with so many acts each, in order, or a ranker that learns from one in so many."""
    assert all(is_judged(events) for events in range(2_000))
    for first in range(step):
        found = [is_judged(events) for events in range(2_000 + first, 2_000 + 4_000 * step, step)]
        assert 0.22 < np.mean(found) < 0.28


def test_weights_are_numbers_after_millions_of_acts_without_a_gain():
    model = Strangers()
    model.counted[3][:] = 0.0
    np.testing.assert_allclose(model.weights, np.full(COLUMNS + 1, 1.0 / (COLUMNS + 1)))
    model.counted[3][:] = np.append(np.full(COLUMNS + 1, 5e-324), 1e-310)
    assert np.isfinite(model.weights).all()


def test_another_ranker_begins_with_the_mean_record():
    model = Strangers()
    model.counted[3][:] = np.append(np.arange(COLUMNS + 1) ** 2.0, 30.0)
    model.begin_ranker()
    assert model.counted[3][RANKER] == np.mean(np.arange(COLUMNS) ** 2.0)
    assert model.counted[3][:RANKER].tolist() == [k**2.0 for k in range(COLUMNS)]


def fast_shop(days, seed=0):
    """Yield the item of each stranger's act: a new fashion of 20 items every 300 acts."""
    rng = np.random.default_rng(seed)
    for day in range(days):
        for _ in range(300):
            fashionable = rng.random() < 0.8
            yield int(20 * day + rng.integers(0, 20)) if fashionable else int(rng.integers(0, 600))


def hits_of(acts, shown=20):
    """Return the hit rates of the average and of each expert on the second half of the acts."""
    model, acts = Strangers(), list(acts)
    everything, nothing = items(*range(600)), np.zeros(600)
    hits = np.zeros(COLUMNS + 1)
    for number, item in enumerate(acts):
        if number > len(acts) // 2:
            lists = [model.scores(everything, nothing), *model.stored[:600].T]
            hits += [item in np.argsort(-row, kind="stable")[:shown] for row in lists]
        judge(model.counted, everything, nothing, item, 1.0)
        count_shares(model.counted, item, float(number + 1), 1.0, 1)
    return hits / (len(acts) // 2)


def test_where_fashions_change_the_list_follows_the_fast_popularity():
    """And where they do not, a slow one: nothing was set for either shop."""
    fast = hits_of(fast_shop(10))
    assert fast[1] > 1.2 * fast[4]  # half-life 200 beside 10,000: here it matters
    assert fast[0] > 0.95 * fast[1:].max()
    rng = np.random.default_rng(1)
    taste = rng.dirichlet(np.full(600, 0.3))
    slow = hits_of(rng.choice(600, size=3_000, p=taste).tolist())
    assert slow[4] > 1.05 * slow[1]
    assert slow[0] > 0.97 * slow[1:].max()


def test_who_knows_the_circumstances_gets_the_weight():
    """The ranker ranks every choice first, no popularity does: its order decides soon."""
    rng, model = np.random.default_rng(3), Strangers()
    shown = items(*range(40))
    for number in range(400):
        item = int(rng.integers(0, 40))
        judge(model.counted, shown, np.eye(40)[item], item, 1.0)
        count_shares(model.counted, item, float(number + 1), 1.0, 1)
    assert model.weights[RANKER] > 0.9


def test_one_visitor_counts_less_with_each_further_item():
    model = Strangers()
    for place in range(1, 101):
        model.learn(items(*range(2, 1 + place)), 1)
    assert model.counted[2][-1] < 20
    assert model.counted[2][3] > 90


def test_what_is_forgotten_leaves_the_sums():
    model = Strangers()
    for n in range(50):
        model.learn(NOBODY, n % 5)
    model.forget(items(1, 3))
    assert not model.stored[items(1, 3)].any()
    np.testing.assert_allclose(model.counted[2], model.stored.sum(axis=0), rtol=1e-9)


def test_a_restored_one_goes_on_alike():
    model, again = Strangers(), Strangers()
    for n in range(50):
        model.learn(NOBODY, n * n % 11)
    again.load({name: np.copy(value) for name, value in model.state().items()})
    for one in (model, again):
        for n in range(50):
            one.learn(NOBODY, n % 7)
    assert digest(model) == digest(again)
