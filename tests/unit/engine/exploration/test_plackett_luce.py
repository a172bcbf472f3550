"""Slots are drawn as often as their propensities say."""

import numpy as np
import pytest
from scipy import stats

from headwater_server.engine.exploration.plackett_luce import best_slate, draw_slate, seed_of

SCORES = np.array([0.4, 0.1, 0.0, -0.3, 0.25])
EPSILON, TEMPERATURE = 0.1, 0.3


def _chances(left):
    """The definition of design, in plain Python: for the rows ``left``, each one's chance."""
    weights = {i: np.exp(SCORES[i] / TEMPERATURE) for i in left}
    total = sum(weights.values())
    return {i: (1 - EPSILON) * w / total + EPSILON / len(left) for i, w in weights.items()}


def test_sampled_frequencies_agree_with_propensities():
    """Over 50,000 slates the chi-square of each slot, given those before, is unremarkable."""
    draws = 50_000
    first, second = np.zeros(5), np.zeros((5, 5))
    for n in range(draws):
        rows, _ = draw_slate(SCORES, 2, EPSILON, TEMPERATURE, seed_of(f"recommendation {n}"))
        first[rows[0]] += 1
        second[rows[0], rows[1]] += 1
    expected = np.array([_chances(range(5))[i] for i in range(5)]) * draws
    assert stats.chisquare(first, expected).pvalue > 0.001
    for i in range(5):
        chances = _chances([j for j in range(5) if j != i])
        left = np.array(list(chances))
        share = np.array(list(chances.values())) * first[i]
        assert stats.chisquare(second[i, left], share).pvalue > 0.001


def test_propensity_is_the_chance_given_the_slots_before():
    """Each stated propensity equals the definition, computed again without the kernel."""
    for n in range(200):
        rows, propensities = draw_slate(SCORES, 5, EPSILON, TEMPERATURE, seed_of(str(n)))
        left = list(range(5))
        for row, propensity in zip(rows.tolist(), propensities.tolist(), strict=True):
            assert propensity == pytest.approx(_chances(left)[row], rel=1e-12)
            left.remove(row)


def test_chances_of_one_slot_sum_to_one():
    """The chance of the drawn item and of all others left sum to one in every slot."""
    for n in range(50):
        rows, propensities = draw_slate(SCORES, 5, EPSILON, TEMPERATURE, seed_of(str(n)))
        assert sorted(rows.tolist()) == [0, 1, 2, 3, 4]
        assert propensities[-1] == pytest.approx(1.0)


def test_the_id_alone_decides_the_draw():
    """A retry with the same recommendation id draws the same slate."""
    once = draw_slate(SCORES, 3, EPSILON, TEMPERATURE, seed_of("r1"))
    again = draw_slate(SCORES, 3, EPSILON, TEMPERATURE, seed_of("r1"))
    assert once[0].tolist() == again[0].tolist()
    assert once[1].tolist() == again[1].tolist()


def test_scores_far_apart_neither_overflow_nor_vanish():
    """Scores of any finite size give propensities in (0, 1], also when all of weight is drawn."""
    scores = np.array([1e6, 0.0, -1e6, 3.0])
    rows, propensities = draw_slate(scores, 4, 0.0, 0.01, seed=5)
    assert rows.tolist() == [0, 3, 1, 2]
    assert propensities == pytest.approx([1.0] * 4)


def test_without_exploration_the_best_come_first():
    """The best list is in order of score, ties as they came, each slot certain."""
    rows, propensities = best_slate(np.array([1.0, 5.0, 5.0, 2.0]), 3)
    assert rows.tolist() == [1, 2, 3]
    assert propensities.tolist() == [1.0, 1.0, 1.0]


def test_fewer_candidates_than_slots():
    """A slate is as long as there are candidates, down to none."""
    assert len(draw_slate(np.zeros(2), 5, 0.1, 0.1, seed=1)[0]) == 2
    assert len(draw_slate(np.zeros(0), 5, 0.1, 0.1, seed=1)[0]) == 0
