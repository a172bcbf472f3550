"""Experts are averaged by how well they predicted, and each of them can come back."""

import numpy as np
import pytest

from headwater_server.models.probability.averaging import share_of_slate, update_weights


def _loss(chances, acted):
    return float(-np.log(np.where(acted, chances, 1 - chances)).sum())


def test_is_hardly_worse_than_the_best_expert():
    """The loss of the average is the best expert's and at most ln(experts) + the shares."""
    rng = np.random.default_rng(3)
    acted = rng.random(2000) < 0.1
    predicted = np.vstack((np.full(2000, 0.1), rng.uniform(0.01, 0.5, 2000), np.full(2000, 0.4)))
    averages = update_weights(np.full(3, 1 / 3), predicted, acted, share=1e-4)
    best = min(_loss(row, acted) for row in predicted)
    assert _loss(averages, acted) <= best + np.log(3) + 2000 * 1e-4


def test_turns_to_another_expert_when_the_world_changes():
    """After 1,000 slots in which the first was right, the second is believed within 100."""
    acted = np.arange(1100) >= 1000
    predicted = np.vstack((np.full(1100, 0.02), np.full(1100, 0.9)))
    averages = update_weights(np.full(2, 0.5), predicted, acted, share=1e-4)
    assert averages[999] < 0.03
    assert averages[-1] > 0.85


def test_shares_of_a_slate_are_a_softmax():
    """They sum to one, and do not overflow."""
    shares = share_of_slate(np.array([1e4, 1e4 - 1.0, -1e4]))
    assert np.exp(shares).sum() == pytest.approx(1.0)
    assert len(share_of_slate(np.zeros(0))) == 0
