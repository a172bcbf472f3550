"""Off-policy estimates are their equations, and on average the value of the target policy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.inference.off_policy.cascade import cascade, product_weights
from headwater_server.inference.off_policy.cascade_dr import cascade_dr
from headwater_server.inference.off_policy.doubly_robust import doubly_robust
from headwater_server.inference.off_policy.in_list import (
    drawn_propensities,
    in_list,
    in_list_weights,
)
from headwater_server.inference.off_policy.ips import ips
from headwater_server.inference.off_policy.overlap import Overlap
from headwater_server.inference.off_policy.snips import snips
from headwater_server.inference.off_policy.weights import (
    effective_sample_size,
    importance_weights,
)

LOGGED, TARGET = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.2, 0.7])
RATES = np.array([0.2, 0.5, 0.8])
VALUE = float(TARGET @ RATES)
ROWS = st.lists(st.tuples(st.floats(0.01, 20.0), st.floats(0.0, 5.0)), min_size=2, max_size=30).map(
    lambda rows: np.array(rows).T
)

few = settings(max_examples=40, deadline=None)


def whole_population():
    """Return (items, rewards, times) of 1,000 rows drawn from the logged policy without noise."""
    rows = [(item, reward) for item in range(3) for reward in (0.0, 1.0)]
    items, rewards = map(np.array, zip(*rows, strict=True))
    chance = LOGGED[items] * np.where(rewards > 0, RATES[items], 1 - RATES[items])
    times = np.round(1000 * chance).astype(int)
    return np.repeat(items, times), np.repeat(rewards, times)


def test_single_item_estimates_are_the_targets_value_on_a_whole_population():
    items, rewards = whole_population()
    weights = importance_weights(TARGET[items], LOGGED[items])
    model = np.array([0.9, 0.1, 0.4])
    wrong = doubly_robust(weights, rewards, model[items], np.full(len(items), TARGET @ model))
    for estimate in (ips(weights, rewards), snips(weights, rewards), wrong):
        assert estimate.value == pytest.approx(VALUE, abs=1e-12)
        assert estimate.rows.mean() == pytest.approx(estimate.value, abs=1e-12)


def test_the_variance_of_snips_rows_is_that_of_a_ratio():
    """The linearised rows vary as SNIPS itself does over many draws."""
    random = np.random.default_rng(1)
    values, errors = [], []
    for _ in range(400):
        items = random.choice(3, 2000, p=LOGGED)
        rewards = (random.random(2000) < RATES[items]).astype(float)
        estimate = snips(importance_weights(TARGET[items], LOGGED[items]), rewards)
        values.append(estimate.value)
        errors.append(estimate.rows.std() / np.sqrt(2000))
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.15)
    assert np.mean(values) == pytest.approx(VALUE, abs=0.003)


@few
@given(ROWS, st.floats(0.1, 10.0), st.floats(-3.0, 3.0))
def test_snips_ignores_the_scale_of_weights_and_follows_a_constant(rows, times, more):
    weights, rewards = rows
    value = snips(weights, rewards).value
    assert snips(times * weights, rewards).value == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert snips(weights, rewards + more).value == pytest.approx(value + more, abs=1e-9)
    assert rewards.min() - 1e-9 <= value <= rewards.max() + 1e-9


@few
@given(ROWS, st.randoms(use_true_random=False))
def test_no_estimate_depends_on_the_order_of_rows(rows, random):
    order = list(range(rows.shape[1]))
    random.shuffle(order)
    for estimate in (ips, snips):
        assert estimate(*rows[:, order]).value == pytest.approx(estimate(*rows).value, rel=1e-9)


@few
@given(ROWS)
def test_a_perfect_model_leaves_nothing_to_the_weights(rows):
    weights, rewards = rows
    estimate = doubly_robust(weights, rewards, rewards, rewards)
    assert estimate.rows == pytest.approx(rewards)


@few
@given(ROWS, st.floats(1e-3, 1e3))
def test_effective_sample_size_is_at_most_the_rows_and_has_no_scale(rows, times):
    size = effective_sample_size(rows[0])
    assert 1.0 - 1e-9 <= size <= rows.shape[1] + 1e-9
    assert effective_sample_size(times * rows[0]) == pytest.approx(size)


def test_weights_that_are_huge_or_all_zero_have_a_size():
    assert effective_sample_size([1e300, 1e300]) == pytest.approx(2.0)
    assert effective_sample_size([0.0, 0.0]) == 0.0


def lists_of_two(chances):
    """Yield each list of 2 of 3 items with the conditional chance of each slot."""
    for first, second in itertools.permutations(range(3), 2):
        rest = chances[second] / (1.0 - chances[first])
        yield (first, second), (chances[first], rest)


def all_lists():
    """Return conditional chances of target and logged policy, the lists, and their shares."""
    logged, target = dict(lists_of_two(LOGGED)), dict(lists_of_two(TARGET))
    names = list(logged)
    return (
        np.array([target[name] for name in names]),
        np.array([logged[name] for name in names]),
        names,
        np.array([np.prod(logged[name]) for name in names]),
    )


def cascade_rewards(names):
    """Return rewards whose second slot depends on the first: half as much below item 2."""
    return np.array([(RATES[a], RATES[b] * (0.5 if a == 2 else 1.0)) for a, b in names])


def repeated(table, shares):
    return np.repeat(table, np.round(7000 * shares).astype(int), axis=0)


def test_cascades_are_the_targets_value_where_slots_depend_on_those_above():
    target, logged, names, shares = all_lists()
    rewards = cascade_rewards(names)
    truth = sum(np.prod(chance) * rewards[n].sum() for n, chance in enumerate(target))
    rows = [repeated(part, shares) for part in (target, logged, rewards)]
    assert cascade(*rows).value == pytest.approx(truth, abs=2e-3)  # shares rounded to 1 in 7,000
    model = np.random.default_rng(1).random((2, 3))
    predicted = np.array([(model[0, a], model[1, b]) for a, b in names])
    wanted = np.array(
        [
            (
                TARGET @ model[0],
                sum(TARGET[x] * model[1, x] for x in range(3) if x != a) / (1 - TARGET[a]),
            )
            for a, _ in names
        ]
    )
    doubly = cascade_dr(*rows, repeated(predicted, shares), repeated(wanted, shares))
    assert doubly.value == pytest.approx(truth, abs=2e-3)


def test_cascade_weights_each_slot_by_hand():
    chances, propensities = [[0.5, 0.5], [0.2, 0.6]], [[0.25, 1.0], [0.4, 0.3]]
    assert product_weights(chances, propensities).tolist() == [[2.0, 1.0], [0.5, 1.0]]
    value = cascade(chances, propensities, [[1.0, 0.0], [0.0, 3.0]]).value
    assert value == pytest.approx(2.0 / 2.5 + 3.0 / 2.0)


def test_in_list_is_the_targets_value_where_a_slot_does_not_matter():
    target, logged, names, shares = all_lists()
    holds = np.array([[item in name for item in range(3)] for name in names])
    inside = [chances.prod(axis=1) @ holds for chances in (target, logged)]
    rewards = np.array([(RATES[a], RATES[b]) for a, b in names])
    truth = sum(np.prod(chance) * rewards[n].sum() for n, chance in enumerate(target))
    wanted, shown = (np.array([chance[list(name)] for name in names]) for chance in inside)
    rows = [repeated(part, shares) for part in (wanted, shown, rewards)]
    assert in_list(*rows).value == pytest.approx(truth, abs=2e-3)
    assert in_list_weights(wanted, shown)[0, 0] == wanted[0, 0] / shown[0, 0]


@pytest.mark.parametrize("chance", [0.05, 0.3, 0.9])
def test_drawn_propensities_weight_as_the_true_one_on_average(chance):
    """The mean of 1 / p over draws is 1 / chance, but for (1 - chance)^65 of it."""
    found = np.random.default_rng(2).binomial(64, chance, (1, 200_000))
    mean = (1.0 / drawn_propensities(found, 64)).mean()
    assert mean == pytest.approx((1.0 - (1.0 - chance) ** 65) / chance, rel=0.01)


def test_overlap_names_each_gate_that_is_missed():
    rewards = np.zeros(1000)
    rewards[:3] = 1.0
    weights = np.ones(1000)
    weights[0] = 1000.0
    found = Overlap.of_rows(weights, rewards)
    assert not found.is_enough
    assert [text.split(",")[0] for text in found.problems] == [
        "the rows are worth 4",
        "the acts are worth 1",
        "one row has 50% of the weight",
    ]


def test_lists_need_three_tenths_of_their_weights():
    rewards = np.ones((100, 2))
    weights = np.ones((100, 2))
    assert Overlap.of_lists(weights, rewards).effective_share == 1.0
    weights[:, 1] = 0.0
    weights[:60, 0] = 0.0
    found = Overlap.of_lists(weights, rewards)
    assert found.effective_share == pytest.approx(0.2)
    assert found.problems == ("the lists are worth 20% of their number, at least 30% is needed",)
    weights[:20, 0] = 1.0
    assert Overlap.of_lists(weights, rewards).is_enough


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: importance_weights([0.5], [0.0]), "propensities has a value of 0"),
        (lambda: importance_weights([1.5], [0.5]), "chances has a value above 1"),
        (lambda: ips([1.0, 2.0], [1.0]), r"rewards has the shape \(1,\), not \(2,\)"),
        (lambda: ips([-1.0], [1.0]), "weights has a value below 0"),
        (lambda: ips([], []), "weights has the shape"),
        (lambda: ips([1.0], ["much"]), "rewards has a value that is not a number"),
        (lambda: snips([0.0, 0.0], [1.0, 0.0]), "weights are all 0"),
        (lambda: snips([1.0, float("inf")], [1.0, 0.0]), "weights .* not finite, at row 1"),
        (lambda: doubly_robust([1.0], [1.0], [1.0], [1.0, 2.0]), "predicted_target has the shape"),
        (lambda: cascade([[0.5]], [[0.0]], [[1.0]]), "propensities has a value of 0"),
        (lambda: cascade([0.5], [0.5], [1.0]), "chances has the shape"),
        (lambda: in_list([[0.5]], [[0.0]], [[1.0]]), "propensities has a value of 0"),
        (lambda: drawn_propensities([[65]], 64), "lists_with has a value above 64"),
        (lambda: Overlap.of_rows([1.0], [-1.0]), "rewards has a value below 0"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_arguments_name(call, message):
    with pytest.raises(ValueError, match=message):
        call()
