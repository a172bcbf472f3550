"""One choice to learn from: an item against others that could have been shown."""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.engine.ranking.describing import describe_items, describe_visitor
from headwater_server.engine.retrieval.gathering import retrieve
from headwater_server.models.splitmix import uniform

NEGATIVES = 60


@njit(cache=True)
def sample(candidates, item, most, seed, count):
    """Return ``item`` first, then up to ``most`` other candidates drawn without replacement.

    An empty result: the item was no candidate, so there is no choice to learn from.
    """
    # The first `most` steps of Fisher and Yates. Draws are functions of the seed and the count of
    # events, so that every replica samples the same.
    pool = candidates.copy()
    n = 0
    for i in range(len(candidates)):
        if candidates[i] != item:
            pool[n] = candidates[i]
            n += 1
    if n == len(candidates) or n == 0:
        return np.empty(0, dtype=np.int32)
    most = min(most, n)
    out = np.empty(most + 1, dtype=np.int32)
    out[0] = item
    for i in range(most):
        j = i + int(uniform(seed, count * np.int64(NEGATIVES) + i) * (n - i))
        pool[i], pool[j] = pool[j], pool[i]
        out[i + 1] = pool[i]
    return out


@njit(cache=True, nogil=True)
def choice(tables, statistics, visitor, shown_at, item, seed, count):
    """Return (int32[n] candidates, int32[m] those drawn, their features, the context)."""
    candidates = retrieve(tables, visitor, np.empty(0, dtype=np.int32), shown_at)
    drawn = sample(candidates, item, NEGATIVES, seed, count)
    features = describe_items(tables, statistics, visitor.items, drawn)
    return candidates, drawn, features, describe_visitor(statistics, visitor.items)
