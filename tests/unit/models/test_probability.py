"""The probability head is genuine River, computed for a slate at once."""

import numpy as np
import pytest

from headwater_server.models.probability import FEATURES, ProbabilityHead


def _taught(slots):
    rng, head = np.random.default_rng(1), ProbabilityHead(slots_min=10)
    for _ in range(slots):
        row = rng.normal(size=3)
        head.learn_one(
            dict(zip(FEATURES, row, strict=True)), rng.random() < 1 / (1 + np.exp(-row[0]))
        )
    return head


def test_score_many_gives_rivers_numbers():
    """The vectorised chances are those of the stock pipeline, row by row."""
    head = _taught(400)
    rows = np.random.default_rng(2).normal(size=(50, 3))
    stock = head._pipeline
    expected = [stock.predict_proba_one(dict(zip(FEATURES, r, strict=True)))[True] for r in rows]
    assert head.score_many(rows) == pytest.approx(expected, rel=1e-12)


def test_says_nothing_before_enough_was_reported():
    """A probability needs a number of slots, and both outcomes among them."""
    head = ProbabilityHead(slots_min=3)
    x = dict.fromkeys(FEATURES, 0.0)
    for _ in range(5):
        head.learn_one(x, False)
    assert not head.is_ready
    head.learn_one(x, True)
    assert head.is_ready


def test_follows_its_score():
    """After learning from acts that follow the score, a higher score is a higher chance."""
    head = _taught(2000)
    low, high = head.score_many(np.array([[-2.0, 0.0, 0.0], [2.0, 0.0, 0.0]]))
    assert high > 0.7
    assert low < 0.3
