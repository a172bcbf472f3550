"""Which of the proposed items become candidates."""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models import evidence as ev

ROOM = 900
"""At most own 200, co-visitation 160, popular 90, circumstances 60, new 20, others 30 to 40."""
CANDIDATES_MAX = 160
CONTENT_MAX = 30
CIRCUMSTANCES_MAX = 60
WALK_MAX = 40
WORDS_MAX = 30
_NONE = np.float32(-1.0)
_VISITED = ev.FROM_NEXT | ev.FROM_TOGETHER
_ALWAYS = ev.FROM_OWN | ev.FROM_POPULAR | ev.FROM_NEW


@njit(cache=True)
def add_own_items(history, ages_s, interactions, in_session, scratch):
    """Propose the visitor's own items, and write the visitor's counts of each."""
    out = scratch[0]
    rows = ev.add_rows(scratch, history, ev.FROM_OWN)
    for z in range(len(history)):
        e = out[np.uint64(rows[z])]
        e[ev.OWN] = 1.0
        e[ev.OWN_COUNT] = interactions[z]
        e[ev.OWN_AGE] = ages_s[z]
        if in_session[z]:
            e[ev.OWN_SESSION] = 0.8**z


@njit(cache=True)
def _threshold(keys, most):
    """Return the value that the ``most`` largest keys reach; keys of 0 or less do not count.

    A threshold instead of a sorted list: of equal keys all pass, so that no order decides.
    """
    proposed, n = np.empty_like(keys), 0
    for i in range(len(keys)):
        if keys[i] > 0:  # most are not, and partitioning them would take most of the time
            proposed[n] = keys[i]
            n += 1
    if n <= most:
        return np.float32(0.0)
    return np.partition(proposed[:n], n - most)[n - most]


@njit(cache=True)
def exclude(scratch, items):
    """Leave ``items`` out of the candidates: an older stamp is as if no source proposed them."""
    marks, proposed, meta = scratch[1], scratch[3], scratch[5]
    for item in items:
        if marks[item, ev.STAMP] == meta[0]:
            marks[item, ev.STAMP] = 0
            proposed[marks[item, ev.ROW]] = -1


@njit(cache=True)
def select_candidates(scratch, shown_at):
    """Return int32[n] candidates, at most `ROOM`, in order of first proposal.

    The visitor's own, popular and new items always; the strongest `CANDIDATES_MAX` by
    co-visitation; the `CONTENT_MAX` most similar by words; the `CIRCUMSTANCES_MAX` most frequent
    under the same circumstances; and the best by `WALK_MAX` and `WORDS_MAX`. Items that may not be
    shown now, and those of `exclude`, are left out.
    """
    values, _, sources, proposed, _, meta = scratch
    allowed = _allowed(proposed[: meta[1]], shown_at)
    keys = _keys(values, sources, allowed)
    strong = _threshold(keys[0], CANDIDATES_MAX)
    similar = _threshold(keys[1], CONTENT_MAX)
    frequent = _threshold(keys[2], CIRCUMSTANCES_MAX)
    walked = _threshold(keys[3], WALK_MAX)
    by_words = _threshold(keys[4], WORDS_MAX)
    # in order of first proposal, which is fixed: the ranker's negatives are drawn by place
    out, count = np.empty(ROOM, dtype=np.int32), 0
    for i in range(np.uint64(len(allowed))):
        row = np.uint64(allowed[i])
        is_similar = keys[1, i] > 0 and keys[1, i] >= similar
        if is_similar:
            sources[row] |= np.uint16(ev.FROM_CONTENT)
        taken = is_similar or sources[row] & _ALWAYS
        taken = taken or (keys[0, i] > _NONE and keys[0, i] >= strong)
        is_by_words = keys[4, i] > 0 and keys[4, i] >= by_words
        if is_by_words:
            sources[row] |= np.uint16(ev.FROM_WORDS)
        taken = taken or (keys[2, i] > 0 and keys[2, i] >= frequent)
        taken = taken or (keys[3, i] > 0 and keys[3, i] >= walked)
        taken = taken or is_by_words
        if taken and count < len(out):
            out[count] = proposed[row]
            count += 1
    return out[:count]


@njit(cache=True)
def _allowed(proposed, shown_at):
    """Return the rows of proposed items that may be shown now and are not excluded."""
    available, publish_ms, expire_ms, now_ms, are_timed, passing = shown_at
    out, n = np.empty_like(proposed), 0
    for i in range(np.uint64(len(proposed))):
        item = np.uint64(proposed[i])
        if proposed[i] < 0 or not available[item]:
            continue
        if are_timed and not publish_ms[item] <= now_ms < expire_ms[item]:
            continue
        if len(passing) > 0 and not passing[item]:
            continue
        out[n] = i
        n += 1
    return out[:n]


@njit(cache=True)
def _keys(values, sources, rows):
    """Return float32[5, rows]: the key by which each source ranks its proposals, or `_NONE`.

    Strength by co-visitation; similarity; frequency under the circumstances; probability after two
    steps, for items that one step does not reach; lift of the words.
    """
    keys = np.empty((5, len(rows)), dtype=np.float32)
    two = np.float32(2.0)
    for i in range(np.uint64(len(rows))):
        row = np.uint64(rows[i])
        near = values[row, ev.NEXT_NEAR] + values[row, ev.NEXT]
        keys[0, i] = two * near + values[row, ev.TOGETHER] + values[row, ev.SESSION]
        if not sources[row] & _VISITED:
            keys[0, i] = _NONE
        keys[3, i] = _NONE if sources[row] & _VISITED else values[row, ev.WALK]
        keys[4, i] = values[row, ev.WORDS]
        keys[1, i] = values[row, ev.CONTENT_NEAR]
        keys[2, i] = values[row, ev.CIRCUMSTANCES_OFTEN]
    return keys
