"""Named features of (visitor, item, context): from evidence and statistics to a matrix.

Logarithms make counts of very different size comparable; the small constants inside say
from where on a count starts to matter. Sources of the numbers: the models' own docstrings.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models import evidence as ev

LOG_EVIDENCE = (
    ev.NEXT,
    ev.NEXT_NEAR,
    ev.SESSION,
    ev.TOGETHER,
    ev.STRONGEST,
    ev.NEXT_FAR,
    ev.NEXT_BACK,
    ev.SHARE,
    ev.NEXT_STEP,
    ev.NEXT_FAR_STEP,
)
_LOGGED = np.array(LOG_EVIDENCE)

ITEM_FEATURES: tuple[str, ...] = (
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
    "paths",
    "lift_near",
    "lift",
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
    "own_session",
    "own",
    "own_count",
    "own_age",
    "repeat_rate",
    "content_near",
    "content",
    "circumstances",
    "circumstances_often",
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
_N_LOGGED = len(LOG_EVIDENCE)
_LOG_SELDOM = np.log(np.float32(0.05))
_LOG_NO_EVIDENCE = np.log(np.float32(0.001))


@njit(cache=True)
def item_features(
    chosen, scratch, counts, by_event, fade, by_day, fade_day, starts, fade_start, now, out
):
    """Fill float32[len(chosen), len(ITEM_FEATURES)].

    ``counts`` float64[items, 4] of Activity; ``by_event`` and ``fade`` the stored values of
    Popularity and what they are multiplied by; ``now`` = (events, repeat rate).
    """
    evidence = scratch[0]
    events, rate = now
    for i in range(len(chosen)):
        item = chosen[i]
        e, f = evidence[item], out[i]
        for j in range(_N_LOGGED):
            x = e[_LOGGED[j]]  # mostly 0: a comparison is a fifth of a logarithm
            f[j] = np.log(np.float32(0.001) + x) if x > 0 else _LOG_NO_EVIDENCE
        touches, repeats, first, last = counts[item]
        root = np.sqrt(touches + 3.0)
        f[10] = np.log(np.float32(0.0001 + e[ev.TOGETHER] / root))
        f[11] = np.log(np.float32(0.0001 + e[ev.NEXT_NEAR] / root))
        f[12] = np.log(np.float32(1.0) + e[ev.PATHS])
        f[13] = e[ev.LIFT_NEAR]
        f[14] = e[ev.LIFT]
        f[15] = np.log(np.float32(2.0 + events - max(0.0, e[ev.PAIR_LAST] - 1.0)))
        f[16] = np.log(np.float32(0.01 + by_event[item, 0] * fade[0]))
        f[17] = np.log(np.float32(0.01 + by_event[item, 1] * fade[1]))
        f[18] = np.log(np.float32(0.05 + by_event[item, 2] * fade[2]))
        f[19] = np.log(np.float32(0.1 + by_event[item, 3] * fade[3]))
        f[20] = np.log(np.float32(0.05 + by_day[item, 0] * fade_day[0]))
        f[21] = np.log(np.float32(0.1 + by_day[item, 1] * fade_day[1]))
        started = np.float32(starts[item, 0] * fade_start[0])
        f[22] = np.log(np.float32(0.05) + started) if started > 0 else _LOG_SELDOM
        f[23] = np.log(np.float32(1.0 + touches))
        f[24] = np.log(np.float32(1.0 + events - last))
        f[25] = np.log(np.float32(1.0 + events - first))
        f[26] = e[ev.OWN_SESSION]
        f[27] = e[ev.OWN]
        f[28] = f[29] = 0.0
        if e[ev.OWN] > 0:
            f[28] = np.log(np.float32(1.0) + e[ev.OWN_COUNT])
            f[29] = np.log(np.float32(1.0) + max(np.float32(0.0), e[ev.OWN_AGE])) / np.float32(5.0)
        f[30] = np.log(np.float32((repeats + 5.0 * rate + 0.001) / (touches + 5.0)))
        near, far = e[ev.CONTENT_NEAR], e[ev.CONTENT]
        f[31] = np.log(np.float32(1.0) + near) if near > 0 else np.float32(0.0)
        f[32] = np.log(np.float32(1.0) + far) if far > 0 else np.float32(0.0)
        f[33] = e[ev.CIRCUMSTANCES]
        often = e[ev.CIRCUMSTANCES_OFTEN]
        f[34] = np.log(np.float32(0.05) + often) if often > 0 else _LOG_SELDOM


@njit(cache=True)
def context_features(history, length, session_length, gap_s, counts, events, out):
    """Fill float32[len(CONTEXT_FEATURES)] from the visitor's history, newest first."""
    out[0] = np.log(1.0 + length)
    out[1] = np.log(1.0 + session_length)
    out[2] = np.log(1.0 + max(0.0, gap_s)) / 3.0
    out[3] = 1.0 if session_length == 0 else 0.0
    out[4:] = 0.0
    if len(history) == 0:
        out[5] = 1.0
        return
    out[4] = np.log(1.0 + counts[history[0], 0])
    n = min(20, len(history))
    for z in range(n):
        out[6] += np.log(1.0 + counts[history[z], 0]) / n
        out[7] += np.log(1.0 + events - counts[history[z], 2]) / n


def empty_features(rows: int) -> NDArray[np.float32]:
    """Return room for the features of ``rows`` items."""
    return np.empty((rows, len(ITEM_FEATURES)), dtype=np.float32)
