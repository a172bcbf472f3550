"""What strangers choose: counts held to plain numpy, and what each popularity counts for."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.snapshot import state
from headwater_server.models.popularity.pool import begin, learn_pooled
from headwater_server.models.popularity.strangers import (
    COLUMNS,
    EXPERTS,
    RANKER,
    Strangers,
    count_shares,
    learn_stranger,
)

NOBODY = np.zeros(0, dtype=np.int32)


def items(*numbers):
    return np.array(numbers, dtype=np.int32)


def digest(model):
    return state.digest(state.flatten(model.state()))


def twin_shares(acts):
    """Return float64[items, popularities]: each act n^-a, halved in so many visitors."""
    found, visitors = np.zeros((8, COLUMNS)), 0.0
    for item, weight, place in acts:
        if place == 1:
            for k, (_, half_life) in enumerate(EXPERTS):
                found[:, k] *= 2.0 ** (-weight / half_life)
            visitors += weight
        for k, (power, _) in enumerate(EXPERTS):
            found[item, k] += weight * place**-power
    return found, visitors


def now(model):
    """Return float64[8, popularities]: the counts of the first items, faded until now."""
    visitors = model.counted[3][0]
    pairs = zip(model.origins, EXPERTS, strict=True)
    return model.stored[:8] * [2.0 ** ((origin - visitors) / h) for origin, (_, h) in pairs]


def random_acts(seed, count=400, most=9):
    rng = np.random.default_rng(seed)
    return [
        (int(rng.integers(0, 8)), float(rng.choice([1.0, 0.25])), int(rng.integers(1, most)))
        for _ in range(count)
    ]


@pytest.mark.parametrize(("count", "most"), [(400, 9), (20_000, 2)])
def test_counts_are_those_of_the_definition(count, most):
    """With 12,000 visitors stored values are scaled down on the way."""
    model, acts = Strangers(), random_acts(1, count, most)
    for act in acts:
        count_shares(model.counted, *act)
    expected, visitors = twin_shares(acts)
    assert model.counted[3][0] == pytest.approx(visitors)
    np.testing.assert_allclose(now(model), expected, rtol=1e-8, atol=1e-12)


def test_made_up_visitors_age_what_others_chose_by_no_more_than_they_count():
    model = Strangers()
    count_shares(model.counted, 1, 1.0, 1)
    for _ in range(600):
        count_shares(model.counted, 2, 0.01, 1)
    assert model.counted[3][0] == pytest.approx(7.0)


def test_weights_and_scores_are_those_of_plain_numpy():
    rng, model, twin = np.random.default_rng(2), Strangers(), begin(COLUMNS + 1)
    shown = items(*range(8))
    for item, weight, place in random_acts(2):
        of_ranker = rng.normal(size=8)
        rows = np.column_stack((np.log(1.0 + 4.0 * now(model)), of_ranker))
        order = items(item, *(other for other in range(8) if other != item))
        learn_stranger(model.counted, order, of_ranker[order], weight)
        learn_pooled(twin, rows[order], weight)
        count_shares(model.counted, item, weight, place)
    np.testing.assert_allclose(model.weights, twin[0], rtol=1e-3, atol=1e-4)
    weights = model.weights
    expected = np.log(1.0 + 4.0 * now(model)) @ weights[:COLUMNS] + weights[RANKER] * of_ranker
    np.testing.assert_allclose(model.scores(shown, of_ranker), expected, rtol=1e-5)


def test_an_act_that_teaches_others_nothing_changes_no_weight():
    model = Strangers()
    count_shares(model.counted, 1, 1.0, 1)
    before = digest(model)
    learn_stranger(model.counted, items(1, 2), np.zeros(2), 0.0)
    assert digest(model) == before


def test_a_ranker_that_misleads_counts_nothing_rather_than_less():
    """What it finds worst, as a score that is no number, would else be first."""
    rng, model = np.random.default_rng(3), Strangers()
    shown = items(*range(20))
    for _ in range(400):
        chosen = int(rng.integers(0, 20))
        order = np.append(np.int32(chosen), shown[shown != chosen])
        learn_stranger(model.counted, order, -(order == chosen).astype(float), 1.0)
    assert model.weights[RANKER] == 0.0


def test_another_ranker_begins_as_at_the_start():
    model = Strangers()
    model.counted[2][0] = np.arange(COLUMNS + 1) ** 2.0
    model.begin_ranker()
    assert model.weights[RANKER] == pytest.approx(1.0 / (COLUMNS + 1))
    assert model.weights[:RANKER].tolist() == [k**2.0 for k in range(COLUMNS)]


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
        order = np.append(np.int32(item), everything[everything != item])
        learn_stranger(model.counted, order, nothing, 1.0)
        count_shares(model.counted, item, 1.0, 1)
    return hits / (len(acts) // 2)


def test_where_fashions_change_the_list_follows_the_fast_popularity():
    """And where they do not, a slow one: nothing was set for either shop."""
    fast = hits_of(fast_shop(10))
    assert fast[2] > 1.2 * fast[3]  # half-life 100 beside 1,000: here it matters
    assert fast[0] > 0.95 * fast[1:].max()
    rng = np.random.default_rng(1)
    taste = rng.dirichlet(np.full(600, 0.3))
    slow = hits_of(rng.choice(600, size=3_000, p=taste).tolist())
    assert slow[3] > 1.05 * slow[1]
    assert slow[0] > 0.97 * slow[1:].max()


def test_who_knows_the_circumstances_gets_the_weight():
    """The ranker ranks every choice first, no popularity does: its order decides soon."""
    rng, model = np.random.default_rng(3), Strangers()
    shown = items(*range(40))
    for _ in range(400):
        item = int(rng.integers(0, 40))
        order = np.append(np.int32(item), shown[shown != item])
        learn_stranger(model.counted, order, np.eye(40)[item][order], 1.0)
        count_shares(model.counted, item, 1.0, 1)
    assert model.weights[RANKER] > 2.0 > 10.0 * np.abs(model.weights[:RANKER]).max()


def test_one_visitor_counts_less_with_each_further_item():
    model = Strangers()
    for place in range(1, 101):
        model.learn(items(*range(2, 1 + place)), 1)
    assert now(model)[1, 5] < 20
    assert now(model)[1, 2] > 90


def test_what_is_forgotten_has_no_count():
    model = Strangers()
    for n in range(50):
        model.learn(NOBODY, n % 5)
    model.forget(items(1, 3))
    assert not model.stored[items(1, 3)].any()
    assert model.stored[items(0, 2, 4)].all()


def test_a_restored_one_goes_on_alike():
    model, again = Strangers(), Strangers()
    for n in range(50):
        model.learn(NOBODY, n * n % 11)
    again.load({name: np.copy(value) for name, value in model.state().items()})
    for one in (model, again):
        for n in range(50):
            one.learn(NOBODY, n % 7)
    assert digest(model) == digest(again)
