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
def may_show(item, shown_at):  # type: ignore[no-untyped-def]
    """Whether an item is available, published and not expired."""
    available, publish_ms, expire_ms, now_ms = shown_at
    return available[item] and publish_ms[item] <= now_ms < expire_ms[item]


@njit(cache=True)
def note_own(history, ages_s, touches, in_session, scratch):  # type: ignore[no-untyped-def]
    """Propose the visitor's own items, and write what the visitor did with each."""
    out = scratch[0]
    for z in range(len(history)):
        item = history[z]
        ev.touch(scratch, item, ev.FROM_OWN)
        out[item, ev.OWN] = 1.0
        out[item, ev.OWN_COUNT] = touches[z]
        out[item, ev.OWN_AGE] = ages_s[z]
        if in_session[z]:
            out[item, ev.OWN_SESSION] = 0.8**z


@njit(cache=True)
def propose(items, source, scratch):  # type: ignore[no-untyped-def]
    """Propose ``items`` for a reason that leaves no other evidence."""
    for item in items:
        ev.touch(scratch, item, source)


@njit(cache=True)
def _threshold(keys, n, most):  # type: ignore[no-untyped-def]
    """Return the value that the ``most`` largest of the first ``n`` keys reach."""
    if n <= most:
        return -np.inf
    return np.partition(keys[:n], n - most)[n - most]


@njit(cache=True)
def choose(scratch, shown_at, barred, out):  # type: ignore[no-untyped-def]
    """Fill ``out`` with the candidates, in order of first proposal; return how many.

    The visitor's own, popular and new items always; of those met by co-visitation the
    strongest `CANDIDATES_MAX`; of those that share words the likest `CONTENT_MAX`.
    """
    values, _, sources, touched, meta = scratch
    keys, likeness = np.empty(meta[1], dtype=np.float32), np.empty(meta[1], dtype=np.float32)
    n, m = 0, 0
    for i in range(meta[1]):
        item = touched[i]
        e = values[item]
        if sources[item] & _VISITED:
            keys[n] = 2 * e[ev.NEXT_NEAR] + e[ev.TOGETHER] + e[ev.SESSION] + 2 * e[ev.NEXT]
            n += 1
        if e[ev.CONTENT_NEAR] > 0:
            likeness[m] = e[ev.CONTENT_NEAR]
            m += 1
    strong, like = _threshold(keys, n, CANDIDATES_MAX), _threshold(likeness, m, CONTENT_MAX)
    count = 0
    visited, alike = 0, 0
    for i in range(meta[1]):
        item = touched[i]
        if not may_show(item, shown_at) or _is_barred(item, barred):
            continue
        e = values[item]
        taken = (sources[item] & _ALWAYS) != 0
        if alike < CONTENT_MAX and e[ev.CONTENT_NEAR] > 0 and e[ev.CONTENT_NEAR] >= like:
            sources[item] |= ev.FROM_CONTENT
            alike += 1
            taken = True
        if visited < CANDIDATES_MAX and sources[item] & _VISITED:
            key = 2 * e[ev.NEXT_NEAR] + e[ev.TOGETHER] + e[ev.SESSION] + 2 * e[ev.NEXT]
            if key >= strong:
                visited += 1
                taken = True
        if taken and count < len(out):
            out[count] = item
            count += 1
    return count


@njit(cache=True)
def _is_barred(item, barred):  # type: ignore[no-untyped-def]
    low, high = 0, len(barred)
    while low < high:
        middle = (low + high) // 2
        if barred[middle] < item:
            low = middle + 1
        else:
            high = middle
    return low < len(barred) and barred[low] == item
