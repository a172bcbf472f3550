"""One of each group: which variants of a product become candidates."""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models import evidence as ev


@njit(cache=True)
def leave_out_groups(scratch, groups, items):
    """Take back what is in a group of one of ``items``, as `evidence.leave_out` does."""
    barred = np.empty(len(items), dtype=np.int32)
    count = 0
    for item in items:
        if groups[item] >= 0:
            barred[count] = groups[item]
            count += 1
    if count == 0:
        return
    barred = np.sort(barred[:count])
    proposed, meta = scratch[3], scratch[5]
    one = np.empty(1, dtype=np.int32)
    for row in range(meta[1]):
        item = proposed[row]
        if item < 0 or groups[item] < 0:
            continue
        place = np.searchsorted(barred, groups[item])
        if place < count and barred[place] == groups[item]:
            one[0] = item
            ev.leave_out(scratch, one)


@njit(cache=True)
def best_of_groups(groups, values, most):
    """Return int64[n]: the rows of the ``most`` best of each group, ties by row, in their order.

    ``groups`` is that of each row, -1 for none: those all stay.

    >>> best_of_groups(np.array([4, -1, 4, 4]), np.array([0.1, 0.0, 0.7, 0.3]), 1).tolist()
    [1, 2]
    """
    n = len(groups)
    order = np.argsort(groups, kind="mergesort")
    kept = np.ones(n, dtype=np.bool_)
    begin = 0
    while begin < n:
        group, end = groups[order[begin]], begin + 1
        while end < n and groups[order[end]] == group:
            end += 1
        if group >= 0 and end - begin > most:
            for i in range(begin, end):
                better = 0
                for j in range(begin, end):
                    above = values[order[j]] > values[order[i]]
                    better += above or (values[order[j]] == values[order[i]] and j < i)
                kept[order[i]] = better < most
        begin = end
    return np.flatnonzero(kept)
