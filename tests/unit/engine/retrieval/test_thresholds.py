"""The threshold of a source is the key that a full sort finds."""

import numpy as np
import pytest

from headwater_server.engine.retrieval.candidate_selection import _threshold


@pytest.mark.parametrize("seed", range(20))
def test_a_threshold_is_the_key_of_its_rank(seed):
    """Keys of 0 or less do not count; equal keys, tiny and infinite ones do."""
    rng = np.random.default_rng(seed)
    keys = np.exp(rng.normal(scale=rng.choice([0.01, 1.0, 20.0]), size=500)).astype(np.float32)
    keys[rng.random(500) < 0.3] = rng.choice([-1.0, 0.0, 2.5, 1e-45, np.inf])
    above = np.sort(keys[keys > 0])[::-1]
    for most in (1, 30, 160, 499):
        expected = above[most - 1] if len(above) > most else np.float32(1e-45)
        assert _threshold(keys, most) == expected
