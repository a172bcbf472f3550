"""Fading counts neither overflow nor vanish, however long they run."""

import numpy as np
import pytest

from headwater_server.models.companions import Companions
from headwater_server.models.next_item import NextItem


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
