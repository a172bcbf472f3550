"""Which of the items that a source proposed become candidates."""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models import evidence as ev

CANDIDATES_MAX = 160
CONTENT_MAX = 30
USUAL_MAX = 60
WALK_MAX = 40
WORDS_MAX = 30
_NONE = np.float32(-1.0)
_VISITED = ev.FROM_NEXT | ev.FROM_TOGETHER
_ALWAYS = ev.FROM_OWN | ev.FROM_POPULAR | ev.FROM_NEW


@njit(cache=True)
def note_own(history, ages_s, touches, in_session, scratch):
    """Propose the visitor's own items, and write what the visitor did with each."""
    out = scratch[0]
    ev.touch(scratch, history, ev.FROM_OWN)
    for z in range(len(history)):
        e = out[np.uint64(history[z])]
        e[ev.OWN] = 1.0
        e[ev.OWN_COUNT] = touches[z]
        e[ev.OWN_AGE] = ages_s[z]
        if in_session[z]:
            e[ev.OWN_SESSION] = 0.8**z


@njit(cache=True)
def _threshold(keys, most):
    """Return the value that the ``most`` largest of the keys reach; those below zero are none."""
    proposed, n = np.empty_like(keys), 0
    for i in range(len(keys)):
        if keys[i] > 0:  # most are not, and to sort them takes most of the time
            proposed[n] = keys[i]
            n += 1
    if n <= most:
        return np.float32(0.0)
    return np.partition(proposed[:n], n - most)[n - most]


@njit(cache=True)
def choose(scratch, shown_at, barred, out):
    """Fill ``out`` with the candidates, in order of first proposal; return how many.

    The visitor's own, popular and new items always; of those met by co-visitation the
    strongest `CANDIDATES_MAX`; of those that share words the likest `CONTENT_MAX`; of those
    chosen under the same circumstances the most frequent `USUAL_MAX`; and the best that two
    steps and the words that come next lead to. None that may not be
    shown now, and none of the ``barred``.
    """
    values, stamps, sources, touched, meta = scratch
    for item in barred:
        stamps[item] = 0  # as if nobody had proposed it
    allowed = _allowed(touched[: meta[1]], stamps, meta[0], shown_at)
    keys = _keys(values, sources, allowed)
    strong = _threshold(keys[0], CANDIDATES_MAX)
    like = _threshold(keys[1], CONTENT_MAX)
    usual = _threshold(keys[2], USUAL_MAX)
    walked = _threshold(keys[3], WALK_MAX)
    worded = _threshold(keys[4], WORDS_MAX)
    count = 0
    for i in range(np.uint64(len(allowed))):
        item = np.uint64(allowed[i])
        is_like = keys[1, i] > 0 and keys[1, i] >= like
        if is_like:
            sources[item] |= np.uint16(ev.FROM_CONTENT)
        taken = is_like or sources[item] & _ALWAYS
        taken = taken or (keys[0, i] > _NONE and keys[0, i] >= strong)
        is_worded = keys[4, i] > 0 and keys[4, i] >= worded
        if is_worded:
            sources[item] |= np.uint16(ev.FROM_WORDS)
        taken = taken or (keys[2, i] > 0 and keys[2, i] >= usual)
        taken = taken or (keys[3, i] > 0 and keys[3, i] >= walked)
        taken = taken or is_worded
        if taken and count < len(out):
            out[count] = allowed[i]
            count += 1
    return count


@njit(cache=True)
def _allowed(touched, stamps, stamp, shown_at):
    """Return those of the touched items that may be shown now and are not barred."""
    available, publish_ms, expire_ms, now_ms, are_timed = shown_at
    out, n = np.empty_like(touched), 0
    for i in range(np.uint64(len(touched))):
        item = np.uint64(touched[i])
        if stamps[item] != stamp or not available[item]:
            continue
        if are_timed and not publish_ms[item] <= now_ms < expire_ms[item]:
            continue
        out[n] = touched[i]
        n += 1
    return out[:n]


@njit(cache=True)
def _keys(values, sources, items):
    """Return float32[5, items]: what each source ranks its proposals by; `_NONE` for no other's.

    Strength by co-visitation, likeness, frequency under the circumstances, chance in two steps
    of what one does not reach, likely words.
    """
    keys = np.empty((5, len(items)), dtype=np.float32)
    two = np.float32(2.0)
    for i in range(np.uint64(len(items))):
        item = np.uint64(items[i])
        near = values[item, ev.NEXT_NEAR] + values[item, ev.NEXT]
        keys[0, i] = two * near + values[item, ev.TOGETHER] + values[item, ev.SESSION]
        if not sources[item] & _VISITED:
            keys[0, i] = _NONE
        keys[3, i] = _NONE if sources[item] & _VISITED else values[item, ev.WALK]
        keys[4, i] = values[item, ev.WORDS]
        keys[1, i] = values[item, ev.CONTENT_NEAR]
        keys[2, i] = values[item, ev.CIRCUMSTANCES_OFTEN]
    return keys
