"""Which of the items that a source proposed become candidates."""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models import evidence as ev

CANDIDATES_MAX = 300
CONTENT_MAX = 40
_VISITED = ev.FROM_NEXT | ev.FROM_TOGETHER
_ALWAYS = ev.FROM_OWN | ev.FROM_POPULAR | ev.FROM_NEW


@njit(cache=True)
def may_show(item, shown_at):
    """Whether an item is available, published and not expired."""
    available, publish_ms, expire_ms, now_ms = shown_at
    return available[item] and publish_ms[item] <= now_ms < expire_ms[item]


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
def _threshold(keys, n, most):
    """Return the value that the ``most`` largest of the first ``n`` keys reach."""
    if n <= most:
        return -np.inf
    return np.partition(keys[:n], n - most)[n - most]


@njit(cache=True)
def choose(scratch, shown_at, barred, out):
    """Fill ``out`` with the candidates, in order of first proposal; return how many.

    The visitor's own, popular and new items always; of those met by co-visitation the
    strongest `CANDIDATES_MAX`; of those that share words the likest `CONTENT_MAX`.
    """
    values, _, sources, touched, meta = scratch
    keys = np.empty(meta[1], dtype=np.float32)
    met, likeness = np.empty_like(keys), np.empty_like(keys)
    n, m = 0, 0
    for i in range(meta[1]):
        e = values[touched[i]]
        keys[i] = 2 * e[ev.NEXT_NEAR] + e[ev.TOGETHER] + e[ev.SESSION] + 2 * e[ev.NEXT]
        if sources[touched[i]] & _VISITED:
            met[n] = keys[i]
            n += 1
        if e[ev.CONTENT_NEAR] > 0:
            likeness[m] = e[ev.CONTENT_NEAR]
            m += 1
    strong, like = _threshold(met, n, CANDIDATES_MAX), _threshold(likeness, m, CONTENT_MAX)
    count, strongest, likest = 0, 0, 0
    for i in range(meta[1]):
        item = touched[i]
        content = values[item, ev.CONTENT_NEAR]
        is_strong = sources[item] & _VISITED and keys[i] >= strong and strongest < CANDIDATES_MAX
        is_like = content > 0 and content >= like and likest < CONTENT_MAX
        if not (is_strong or is_like or sources[item] & _ALWAYS):
            continue
        if not may_show(item, shown_at) or _is_barred(item, barred):
            continue
        strongest += is_strong
        if is_like:
            sources[item] |= ev.FROM_CONTENT
            likest += 1
        if count < len(out):
            out[count] = item
            count += 1
    return count


@njit(cache=True)
def _is_barred(item, barred):
    low, high = 0, len(barred)
    while low < high:
        middle = (low + high) // 2
        if barred[middle] < item:
            low = middle + 1
        else:
            high = middle
    return low < len(barred) and barred[low] == item
