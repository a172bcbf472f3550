"""Between no competition and Luce's choice lies what lists earn whose items replace each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.inference.interval import Interval
from headwater_server.inference.off_policy.competition import between, competition_shift
from headwater_server.inference.off_policy.in_list import in_list, in_list_weights

WORTH = np.array([1.2, 0.6, 0.3, 0.1, 0.1])
SETS = np.array(list(itertools.combinations(range(5), 2)))
ROWS = 200_000
TABLES = st.lists(
    st.tuples(st.floats(0.0, 5.0), st.floats(0.0, 3.0), st.floats(0.0, 3.0)),
    min_size=2, max_size=20,
)  # fmt: skip


def sets_of(sharpness):
    """Return the chance of each pair of items; sharper policies prefer what is worth more."""
    weights = np.prod(WORTH[SETS] ** sharpness, axis=1)
    return weights / weights.sum()


def world(share_wanting, target):
    """Return (weights, clicks, the target's value) of lists of two that a mild policy showed.

    A share of visitors want one item, whatever else is in the list; the others choose as Luce says.
    """
    random = np.random.default_rng(4)
    mild, sharp = sets_of(0.3), sets_of(target)
    inside = np.array([[item in pair for item in range(5)] for pair in SETS], dtype=float)
    wanted = WORTH / WORTH.sum()
    luce = WORTH[SETS] / (1.0 + WORTH[SETS].sum(axis=1, keepdims=True))
    chances = share_wanting * wanted[SETS] + (1 - share_wanting) * luce
    shown = random.choice(len(SETS), ROWS, p=mild)
    draws, first = random.random(ROWS), chances[shown, 0]
    clicks = np.column_stack([draws < first, (draws >= first) & (draws < chances[shown].sum(1))])
    in_target, in_logged = (sharp @ inside)[SETS[shown]], (mild @ inside)[SETS[shown]]
    value = float(sharp @ chances.sum(axis=1))
    return in_target, in_logged, clicks.astype(float), value


@pytest.mark.parametrize("target", [1.5, 3.0])
@pytest.mark.parametrize("share_wanting", [0.0, 0.5, 1.0])
def test_the_truth_lies_between_both_ends(share_wanting, target):
    chances, propensities, clicks, value = world(share_wanting, target)
    found = in_list(chances, propensities, clicks).value
    shift = competition_shift(in_list_weights(chances, propensities), clicks)
    noise = 0.006
    assert shift < 0.0
    assert found + shift - noise < value < found + noise
    if share_wanting == 1.0:
        assert value == pytest.approx(found, abs=noise)
    else:
        assert value < found - noise  # without the shift it is too high


@given(TABLES)
@settings(max_examples=40, deadline=None)
def test_a_policy_that_shows_the_same_has_no_shift_and_more_acts_lower_it(rows):
    rewards = np.array([row[1:] for row in rows])
    assert competition_shift(np.ones(rewards.shape), rewards) == pytest.approx(0.0)
    for scale in (0.5, 2.0):
        shift = competition_shift(np.full(rewards.shape, scale), rewards)
        assert shift == 0.0 if not rewards.any() else shift * (scale - 1.0) < 0.0


def test_several_acts_in_a_list_count_once():
    weights = np.full((4, 3), 1.5)
    one, three = np.zeros((4, 3)), np.zeros((4, 3))
    one[0, 0] = three[0, :] = 1.0
    assert competition_shift(weights, three) == pytest.approx(3.0 * competition_shift(weights, one))


@given(st.floats(-5.0, 5.0))
def test_the_interval_covers_both_ends(shift):
    alone = Interval(1.0, 2.0, 0.95)
    both = between(alone, shift)
    assert both.low <= min(1.0, 1.0 + shift)
    assert both.high >= max(2.0, 2.0 + shift)
    assert both.width == pytest.approx(1.0 + abs(shift))


@pytest.mark.parametrize(
    ("weights", "rewards", "text"),
    [
        ([[1.0]], [[-1.0]], "rewards has a value below 0"),
        ([[-1.0]], [[1.0]], "weights has a value below 0"),
        ([[1.0]], [[1.0, 0.0]], "rewards has the shape"),
    ],
)
def test_bad_input_is_refused_with_the_arguments_name(weights, rewards, text):
    with pytest.raises(ValueError, match=text):
        competition_shift(weights, rewards)
