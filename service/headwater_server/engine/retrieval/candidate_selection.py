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
_LEAST = np.float32(1e-45)
"""The smallest float32 above 0: what all keys above 0 reach."""
_GROUP_SHIFT = np.int32(20)  # groups of keys by exponent and three bits of the fraction
_GROUPS = 1 << (31 - 20)
_VISITED = ev.FROM_NEXT | ev.FROM_TOGETHER
_ALWAYS = ev.FROM_OWN | ev.FROM_POPULAR | ev.FROM_NEW


@njit(cache=True, _nrt=False)
def add_own_items(history, ages_s, interactions, in_session, scratch):
    """Propose the visitor's own items, and write the visitor's counts of each."""
    out, rows = scratch[0], scratch[4]
    ev.add_rows(scratch, history, ev.FROM_OWN)
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

    A threshold instead of a sorted list: of equal keys all pass, so that no order decides. The bits
    of floats above 0 have the order of the floats, so counts by their first bits show which few
    keys are left to compare.
    """
    above, n = np.empty_like(keys), 0
    for i in range(np.uint64(len(keys))):
        above[n] = keys[i]  # without a branch, which would be mispredicted
        n += keys[i] > 0
    if n <= most:
        return _LEAST
    bits, counts, first = above[:n].view(np.int32), np.zeros(_GROUPS, dtype=np.int32), 0
    for i in range(np.uint64(n)):
        group = bits[i] >> _GROUP_SHIFT
        counts[group] += 1
        first = max(first, group)
    left = most
    while counts[first] < left:
        left -= counts[first]
        first -= 1
    return _largest(above[:n], first, counts[first], left)


@njit(cache=True)
def _largest(keys, group, size, rank):
    """Return the key of this rank, 1 is the largest, within a group of ``size`` keys."""
    bits, members, n = keys.view(np.int32), np.empty(size + 1, dtype=np.float32), 0
    for i in range(np.uint64(len(keys))):
        members[n] = keys[i]
        n += bits[i] >> _GROUP_SHIFT == group
    return _of_rank(members[:n], rank)


@njit(cache=True, _nrt=False)
def _of_rank(keys, rank):
    """Return the key of this rank, 1 is the largest; the keys change their places.

    Selection by parts (Hoare, 1961): each turn keeps the part that has the rank. numpy's function
    checks what it is given, which takes ten times as long for so few keys.
    """
    low, high, place = 0, len(keys) - 1, len(keys) - rank
    while low < high:
        middle, i, j = keys[(low + high) // 2], low, high
        while i <= j:
            while keys[i] < middle:
                i += 1
            while keys[j] > middle:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                i, j = i + 1, j - 1
        if place <= j:
            high = j
        elif place >= i:
            low = i
        else:
            break
    return keys[place]


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
    # of what co-visitation proposes, also what has no strength, while there is room
    strong = _threshold(keys[0], CANDIDATES_MAX)
    strong = strong if strong > _LEAST else np.float32(0.0)
    similar = _threshold(keys[1], CONTENT_MAX)
    frequent = _threshold(keys[2], CIRCUMSTANCES_MAX)
    walked = _threshold(keys[3], WALK_MAX)
    by_words = _threshold(keys[4], WORDS_MAX)
    # in order of first proposal, which is fixed: the ranker's negatives are drawn by place
    out, count = np.empty(ROOM + 1, dtype=np.int32), 0
    for i in range(np.uint64(len(allowed))):
        row = np.uint64(allowed[i])
        is_similar, is_by_words = keys[1, i] >= similar, keys[4, i] >= by_words
        # sums and "|" instead of branches and "or": branches would be mispredicted
        sources[row] |= np.uint16(ev.FROM_CONTENT * is_similar + ev.FROM_WORDS * is_by_words)
        taken = (sources[row] & _ALWAYS != 0) | is_similar | is_by_words
        taken |= (keys[0, i] >= strong) | (keys[2, i] >= frequent) | (keys[3, i] >= walked)
        out[np.uint64(count)] = proposed[row]
        count += taken & (count < ROOM)
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
        strength = two * near + values[row, ev.TOGETHER] + values[row, ev.SESSION]
        walk, is_visited = values[row, ev.WALK], sources[row] & _VISITED != 0
        keys[0, i] = strength if is_visited else _NONE
        keys[3, i] = _NONE if is_visited else walk
        keys[4, i] = values[row, ev.WORDS]
        keys[1, i] = values[row, ev.CONTENT_NEAR]
        keys[2, i] = values[row, ev.CIRCUMSTANCES_OFTEN]
    return keys
