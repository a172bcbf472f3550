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
_POPULARITY_OFFSETS = np.array([0.01, 0.01, 0.05, 0.1])


@njit(cache=True)
def item_features(chosen, scratch, similarities, statistics, out):
    """Fill float32[len(chosen), len(ITEM_FEATURES)].

    ``similarities`` float32[len(chosen), 5] are the last five features; ``statistics`` as in
    `ranking.describing`: ``counts`` float64[items, 4] of Activity, stored values of Popularity and
    their factors. The numbers in ``f[…]`` are places in ITEM_FEATURES: kernels have no names.
    """
    evidence, counts, own = scratch[0], statistics.counts, ev.rows_of(scratch, chosen)
    by_event, fade = statistics.by_event
    by_day, fade_day = statistics.by_day
    starts, fade_start = statistics.starts
    now = statistics.events, statistics.repeat_rate
    for i in range(len(chosen)):
        item = chosen[i]
        e, f = evidence[own[i]], out[i]
        _evidence_logs(e, np.sqrt(counts[item, 0] + 3.0), f)
        for j in range(4):
            f[16 + j] = _POPULARITY_OFFSETS[j] + by_event[item, j] * fade[j]
        f[20] = 0.05 + by_day[item, 0] * fade_day[0]
        f[21] = 0.1 + by_day[item, 1] * fade_day[1]
        f[22] = 0.05 + starts[item, 0] * fade_start[0]
        _activity_logs(e, counts[item], now, f)
        # all at once and last: the one loop over neighbouring places becomes vector instructions
        for j in range(_LOGGED):
            f[j] = ln(f[j])
        f[32], f[33] = e[ev.LIFT_NEAR], e[ev.LIFT]
        f[34], f[35], f[36] = e[ev.OWN_SESSION], e[ev.OWN], e[ev.OWN_DUE]
        f[37] = e[ev.CIRCUMSTANCES]
        for j in range(similarities.shape[1]):
            f[38 + j] = similarities[i, j]


@njit(cache=True)
def _evidence_logs(e, root, f):
    """Write the arguments of the logarithms: evidence plus a constant, so that 0 has one too."""
    for j in range(len(_EVIDENCE)):
        f[j] = np.float32(0.001) + e[_EVIDENCE[j]]
    f[10] = 0.0001 + e[ev.TOGETHER] / root
    f[11] = 0.0001 + e[ev.NEXT_NEAR] / root
    f[12] = 0.0001 + e[ev.WALK]
    f[13] = 0.00001 + e[ev.WALK] / root
    f[14] = 1.0 + e[ev.PATHS]
    f[29] = 1.0 + e[ev.CONTENT_NEAR]
    f[30] = 1.0 + e[ev.CONTENT]
    f[31] = 0.05 + e[ev.CIRCUMSTANCES_OFTEN]


@njit(cache=True)
def _activity_logs(e, counted, now, f):
    """Write the arguments of the logarithms: counts of the item, and of the visitor with it."""
    events, rate = now
    interactions, repeats, first, last = counted
    # `PAIR_LAST` is a count plus 1, and 0 without a pair: then the pair is as old as the shop
    f[15] = 2.0 + events - max(0.0, e[ev.PAIR_LAST] - 1.0)
    f[23] = 1.0 + interactions
    f[24] = 1.0 + events - last
    f[25] = 1.0 + events - first
    f[26] = 1.0 + e[ev.OWN_COUNT]
    f[27] = 1.0 + max(np.float32(0.0), e[ev.OWN_AGE])
    f[28] = (repeats + 5.0 * rate + 0.001) / (interactions + 5.0)


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
