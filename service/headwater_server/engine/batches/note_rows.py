"""What acts change of their visitors: one kernel for many acts."""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.engine.visitors.found_by import enter_row, find_row
from headwater_server.engine.visitors.past_sums import LARGEST


@njit(cache=True, _nrt=False)
def _add(past, row, act, clock_ms):
    r"""Add to a profile's sums: $s \leftarrow s + r\, 2^{(t - t_0) / h}$, as `PastSums.add`."""
    sums, begin_ms, half_life_ms, two = past
    scale = two ** ((clock_ms - begin_ms) / half_life_ms)
    sums[row, 0] = min(LARGEST, max(-LARGEST, sums[row, 0] + act.reward * scale))
    if act.purchases > 0:
        sums[row, 1] = min(LARGEST, max(-LARGEST, sums[row, 1] + act.purchases * scale))


@njit(cache=True, nogil=True)
def note_rows(given, clocks_ms, learned, acts, found_by, places, recency, past):
    """Note acts of visitors without an account, in order; return (profiles entered, of them spare).

    ``given`` of `columns.GIVEN` with the clock at each, ``learned`` events before the first. What
    is known of each is written into ``acts``, of `acts.ACT`, but for the item. ``places`` are
    (rows below which all were used, those that are spare); ``recency`` and ``past`` as
    `Recency.noted` and `PastSums.added` say, with 2.0 at the end of the latter: as a constant, the
    power of two would be another function.
    """
    used, spare = places
    last, classes, count = recency
    entered = of_spare = 0
    for i in range(len(given)):
        act, clock_ms = given[i], clocks_ms[i]
        row = find_row(found_by, act.high, act.low)
        if row < 0:
            row = np.int64(used + entered - of_spare)
            if of_spare < len(spare):
                row = spare[of_spare]
                of_spare += 1
            enter_row(found_by, act.high, act.low, row)
            entered += 1
        last[row] = count + i + 1
        classes[row] = max(classes[row], act.row_class)
        if act.reward != 0 or act.purchases > 0:
            _add(past, row, act, clock_ms)
        noted, time_ms = acts[i], min(act.own_ms, clock_ms)
        noted.visitor, noted.account, noted.row, noted.session = row, -1, row, act.session
        noted.time_ms, noted.seconds = time_ms, time_ms / 1000.0
        noted.weight = 1.0 if act.reward != 0 else 0.0
        noted.events_learned, noted.clock_ms = learned + i, clock_ms
    return entered, of_spare
