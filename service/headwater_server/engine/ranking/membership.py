"""Which items are among some others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_PAIRS_MAX = 20_000
"""Pairs that are compared one by one: sorting, as numpy does, takes longer below it."""


def are_not_in(items: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return bool[n]: which of ``items`` are not among ``others``.

    >>> are_not_in(np.array([3, 5, 7]), np.array([5, 9])).tolist()
    [True, False, True]
    >>> are_not_in(np.array([3, 5]), np.array([], dtype=np.int32)).tolist()
    [True, True]
    """
    if len(items) * len(others) > _PAIRS_MAX:
        return ~np.isin(items, others)
    found: NDArray[np.bool_] = (items != others[:, None]).all(axis=0)
    return found
