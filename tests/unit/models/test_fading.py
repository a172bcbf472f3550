"""Fading counts neither overflow nor vanish, however long they run."""

import numpy as np
import pytest

from headwater_server.models.covisitation.companions import Companions
from headwater_server.models.covisitation.next_item import NextItem


@pytest.mark.parametrize("model", [NextItem(half_life=1.0), Companions(half_life=1.0)])
def test_many_half_lives_leave_a_count_that_is_still_right(model):
    """After 300 half-lives, past every renormalisation, the latest pair counts as it should."""
    history = np.array([1], dtype=np.int32)
    strengths = []
    for _ in range(300):
        model.learn(history, 2)
        strengths.append(model.predict(history, 2))
    assert np.isfinite(strengths).all()
    assert strengths[-1] == pytest.approx(strengths[50], rel=1e-3)


@pytest.mark.parametrize("model", [NextItem(), Companions()])
def test_what_is_faded_is_outweighed_by_what_comes_after(model):
    """Sixteen old pairs, faded 16 times, weigh as much as one new pair."""
    history, old, new = np.array([1], dtype=np.int32), 2, 3
    for _ in range(16):
        model.learn(history, old)
    model.fade(16.0)
    model.learn(history, new)
    assert model.predict(history, new) == pytest.approx(model.predict(history, old), rel=0.01)


def test_fading_again_and_again_overflows_nothing():
    model, history = NextItem(), np.array([1], dtype=np.int32)
    for _ in range(200):
        model.learn(history, 2)
        model.fade(1024.0)
    model.learn(history, 3)
    assert model.predict(history, 3) == pytest.approx(0.5, rel=0.01)
    assert model.predict(history, 2) == pytest.approx(0.0, abs=0.01)
