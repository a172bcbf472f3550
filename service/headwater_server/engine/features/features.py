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
# (column of the evidence, place of the feature) of what is copied before anything is computed
_COPIED = np.array(
    [
        *((column, place) for place, column in enumerate(_EVIDENCE)),
        (ev.WALK, 12), (ev.PATHS, 14), (ev.PAIR_LAST, 15), (ev.OWN_COUNT, 26), (ev.OWN_AGE, 27),
        (ev.CONTENT_NEAR, 29), (ev.CONTENT, 30), (ev.CIRCUMSTANCES_OFTEN, 31), (ev.LIFT_NEAR, 32),
        (ev.LIFT, 33), (ev.OWN_SESSION, 34), (ev.OWN, 35), (ev.OWN_DUE, 36), (ev.CIRCUMSTANCES, 37),
    ]
)  # fmt: skip


@njit(cache=True)
def item_features(chosen, scratch, statistics, out):
    """Fill float32[len(ITEM_FEATURES), n], a row for each feature, but for the last five.

    ``statistics`` as in `ranking.describing`: ``counts`` float64[items, 4] of Activity, stored
    values of Popularity and their factors. The numbers in ``f[…, i]`` are places in ITEM_FEATURES:
    kernels have no names. Loops over the items are the inner ones: they become vector instructions.
    """
    counts = _counts_of(statistics, chosen)
    _copy_evidence(scratch[0], ev.rows_of(scratch, chosen), out)
    _evidence_logs(counts, out)
    for j in range(len(_POPULARITY_OFFSETS)):
        for i in range(np.uint64(len(chosen))):
            out[16 + j, i] = _POPULARITY_OFFSETS[j] + counts[_POPULARITIES + j, i]
    _activity_logs(counts, (statistics.events, statistics.repeat_rate), out)
    for j in range(_LOGGED):
        for i in range(np.uint64(len(chosen))):
            out[j, i] = ln(out[j, i])


@njit(cache=True)
def _counts_of(statistics, items):
    """Return float64[11, n] of ``items``: four counts, and seven popularities faded to now.

    All are read before anything is computed, so that the processor waits for the memory of many
    items at a time: they lie anywhere in arrays as long as the catalogue.
    """
    counts = statistics.counts
    (by_event, fade), (by_day, fade_day), (starts, fade_start) = (
        statistics.by_event, statistics.by_day, statistics.starts,
    )  # fmt: skip
    # factors in registers: an array of them would be read for every item, as the compiler cannot
    # know that it is not written here
    f0, f1, f2, f3 = fade[0], fade[1], fade[2], fade[3]
    f4, f5, f6 = fade_day[0], fade_day[1], fade_start[0]
    out = np.empty((11, len(items)))
    for i in range(np.uint64(len(items))):
        item = np.uint64(items[i])
        out[0, i], out[1, i] = counts[item, 0], counts[item, 1]
        out[2, i], out[3, i] = counts[item, 2], counts[item, 3]
        out[4, i], out[5, i] = by_event[item, 0] * f0, by_event[item, 1] * f1
        out[6, i], out[7, i] = by_event[item, 2] * f2, by_event[item, 3] * f3
        out[8, i], out[9, i] = by_day[item, 0] * f4, by_day[item, 1] * f5
        out[10, i] = starts[item, 0] * f6
    return out


@njit(cache=True, _nrt=False)
def _copy_evidence(evidence, rows, f):
    """Write the evidence of each item to the places of its features."""
    for i in range(np.uint64(len(rows))):
        row = np.uint64(rows[i])
        for j in range(len(_COPIED)):
            f[_COPIED[j, 1], i] = evidence[row, _COPIED[j, 0]]


@njit(cache=True, error_model="numpy", _nrt=False)  # as `profile_similarity.score_items`
def _evidence_logs(counts, f):
    """Write the arguments of the logarithms: evidence plus a constant, so that 0 has one too."""
    for i in range(np.uint64(counts.shape[1])):
        root = np.sqrt(counts[0, i] + 3.0)
        f[10, i] = 0.0001 + f[3, i] / root
        f[11, i] = 0.0001 + f[1, i] / root
        f[13, i] = 0.00001 + f[12, i] / root
    for j in range(len(_EVIDENCE)):
        for i in range(np.uint64(counts.shape[1])):
            f[j, i] = np.float32(0.001) + f[j, i]
    for i in range(np.uint64(counts.shape[1])):
        f[12, i] = 0.0001 + f[12, i]
        f[14, i] = 1.0 + f[14, i]
        f[29, i] = 1.0 + f[29, i]
        f[30, i] = 1.0 + f[30, i]
        f[31, i] = 0.05 + f[31, i]


@njit(cache=True, error_model="numpy", _nrt=False)
def _activity_logs(counts, now, f):
    """Write the arguments of the logarithms: counts of the item, and of the visitor with it."""
    events, rate = now
    for i in range(np.uint64(counts.shape[1])):
        # `PAIR_LAST` is a count plus 1, and 0 without a pair: then the pair is as old as the shop
        f[15, i] = 2.0 + events - max(0.0, f[15, i] - 1.0)
        f[26, i] = 1.0 + f[26, i]
        f[27, i] = 1.0 + max(np.float32(0.0), f[27, i])
    for i in range(np.uint64(counts.shape[1])):
        interactions, repeats, first, last = counts[0, i], counts[1, i], counts[2, i], counts[3, i]
        f[23, i] = 1.0 + interactions
        f[24, i] = 1.0 + events - last
        f[25, i] = 1.0 + events - first
        f[28, i] = (repeats + 5.0 * rate + 0.001) / (interactions + 5.0)


@njit(cache=True, _nrt=False)
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
