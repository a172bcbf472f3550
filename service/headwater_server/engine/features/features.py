"""Named features of (visitor, item, context): from evidence and statistics to a matrix.

Logarithms make counts of very different size comparable. The small constants inside set the count
at which a feature starts to rise. The models' own docstrings define the numbers.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models import evidence as ev
from headwater_server.models.logarithms import ln

_EVIDENCE = np.array(
    [
        ev.NEXT, ev.NEXT_NEAR, ev.SESSION, ev.TOGETHER, ev.STRONGEST, ev.NEXT_FAR, ev.NEXT_BACK,
        ev.SHARE, ev.NEXT_STEP, ev.NEXT_FAR_STEP,
    ]
)  # fmt: skip

LOGARITHMS: tuple[str, ...] = (
    "next",
    "next_near",
    "session",
    "together",
    "strongest",
    "next_far",
    "next_back",
    "share",
    "next_step",
    "next_far_step",
    "together_rarity",
    "next_rarity",
    "walk",
    "walk_rarity",
    "paths",
    "pair_age",
    "popular_40",
    "popular_200",
    "popular_1500",
    "popular_10000",
    "popular_day",
    "popular_week",
    "session_starts",
    "touches",
    "last_age",
    "first_age",
    "own_count",
    "own_age",
    "repeat_rate",
    "content_near",
    "content",
    "circumstances_often",
)
"""They come first, so that one loop computes all logarithms of an item."""

ITEM_FEATURES: tuple[str, ...] = (
    *LOGARITHMS,
    "lift_near",
    "lift",
    "own_session",
    "own",
    "own_due",
    "circumstances",
    "content_latest",
    "content_session",
    "content_long",
    "words",
    "words_best",
)
CONTEXT_FEATURES: tuple[str, ...] = (
    "history",
    "session_length",
    "gap",
    "new_session",
    "latest_touches",
    "empty",
    "mean_touches",
    "mean_age",
)
_LOGGED = len(LOGARITHMS)
_POPULARITY_OFFSETS = np.array([0.01, 0.01, 0.05, 0.1, 0.05, 0.1, 0.05])
_POPULARITIES = 4  # the first of them in `_counts_of`


@njit(cache=True)
def item_features(chosen, scratch, similarities, statistics, out):
    """Fill float32[len(chosen), len(ITEM_FEATURES)].

    ``similarities`` float32[len(chosen), 5] are the last five features; ``statistics`` as in
    `ranking.describing`: ``counts`` float64[items, 4] of Activity, stored values of Popularity and
    their factors. The numbers in ``f[i, …]`` are places in ITEM_FEATURES: kernels have no names.
    """
    evidence, own, counts = scratch[0], ev.rows_of(scratch, chosen), _counts_of(statistics, chosen)
    now = statistics.events, statistics.repeat_rate
    # Whole arrays and places are handed on, not views of a row: numba counts references to those.
    for i in range(np.uint64(len(chosen))):
        row = np.uint64(own[i])
        _evidence_logs(evidence, row, np.sqrt(counts[i, 0] + 3.0), out, i)
        for j in range(len(_POPULARITY_OFFSETS)):
            out[i, 16 + j] = _POPULARITY_OFFSETS[j] + counts[i, _POPULARITIES + j]
        _activity_logs(evidence, row, counts, now, out, i)
        out[i, 32], out[i, 33] = evidence[row, ev.LIFT_NEAR], evidence[row, ev.LIFT]
        out[i, 34], out[i, 35] = evidence[row, ev.OWN_SESSION], evidence[row, ev.OWN]
        out[i, 36], out[i, 37] = evidence[row, ev.OWN_DUE], evidence[row, ev.CIRCUMSTANCES]
        for j in range(5):
            out[i, 38 + j] = similarities[i, j]
        # all at once and last: the one loop over neighbouring places becomes vector instructions
        for j in range(_LOGGED):
            out[i, j] = ln(out[i, j])


@njit(cache=True)
def _counts_of(statistics, items):
    """Return float64[n, 11] of ``items``: four counts, and seven popularities faded to now.

    All are read before anything is computed, so that the processor waits for the memory of many
    items at a time: they lie anywhere in arrays as long as the catalogue.
    """
    by_event, fade = statistics.by_event
    by_day, fade_day = statistics.by_day
    starts, fade_start = statistics.starts
    out = np.empty((len(items), 11))
    for i in range(np.uint64(len(items))):
        item = np.uint64(items[i])
        for j in range(4):
            out[i, j] = statistics.counts[item, j]
            out[i, 4 + j] = by_event[item, j] * fade[j]
        out[i, 8], out[i, 9] = by_day[item, 0] * fade_day[0], by_day[item, 1] * fade_day[1]
        out[i, 10] = starts[item, 0] * fade_start[0]
    return out


@njit(cache=True)
def _evidence_logs(e, row, root, f, i):
    """Write the arguments of the logarithms: evidence plus a constant, so that 0 has one too."""
    for j in range(len(_EVIDENCE)):
        f[i, j] = np.float32(0.001) + e[row, _EVIDENCE[j]]
    f[i, 10] = 0.0001 + e[row, ev.TOGETHER] / root
    f[i, 11] = 0.0001 + e[row, ev.NEXT_NEAR] / root
    f[i, 12] = 0.0001 + e[row, ev.WALK]
    f[i, 13] = 0.00001 + e[row, ev.WALK] / root
    f[i, 14] = 1.0 + e[row, ev.PATHS]
    f[i, 29] = 1.0 + e[row, ev.CONTENT_NEAR]
    f[i, 30] = 1.0 + e[row, ev.CONTENT]
    f[i, 31] = 0.05 + e[row, ev.CIRCUMSTANCES_OFTEN]


@njit(cache=True)
def _activity_logs(e, row, counts, now, f, i):
    """Write the arguments of the logarithms: counts of the item, and of the visitor with it."""
    events, rate = now
    interactions, repeats, first, last = counts[i, 0], counts[i, 1], counts[i, 2], counts[i, 3]
    # `PAIR_LAST` is a count plus 1, and 0 without a pair: then the pair is as old as the shop
    f[i, 15] = 2.0 + events - max(0.0, e[row, ev.PAIR_LAST] - 1.0)
    f[i, 23] = 1.0 + interactions
    f[i, 24] = 1.0 + events - last
    f[i, 25] = 1.0 + events - first
    f[i, 26] = 1.0 + e[row, ev.OWN_COUNT]
    f[i, 27] = 1.0 + max(np.float32(0.0), e[row, ev.OWN_AGE])
    f[i, 28] = (repeats + 5.0 * rate + 0.001) / (interactions + 5.0)


@njit(cache=True)
def context_features(history, statistics, out):
    """Fill float32[len(CONTEXT_FEATURES)] from the visitor's history, newest first."""
    counts, events = statistics.counts, statistics.events
    session_length = statistics.session_length
    out[0] = ln(1.0 + float(len(history)))
    out[1] = ln(1.0 + session_length)
    out[2] = ln(1.0 + max(0.0, statistics.gap_s)) / 3.0
    out[3] = 1.0 if session_length == 0 else 0.0
    out[4:] = 0.0
    if len(history) == 0:
        out[5] = 1.0
        return
    out[4] = ln(1.0 + counts[history[0], 0])
    n = min(20, len(history))
    for z in range(n):
        out[6] += ln(1.0 + counts[history[z], 0]) / n
        out[7] += ln(1.0 + events - counts[history[z], 2]) / n
