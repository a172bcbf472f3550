"""Kernels that read what counts for a visitor and the account together, newest first.

``table`` is `Histories.table`; ``acts`` the arrays by row of `Visitors`: (seconds of the last act,
of the start of the session, key of the session). A row of -1 is none.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models.base import HISTORY_MAX


@njit(cache=True, _nrt=False)
def _merge(table, first, second, items_out, times_out, counts_out):
    """Write the items of two rows (-1: none) newest first, each once; return how many."""
    start, size, _, items, times, counts, _, _ = table
    a = start[first] + size[first] - 1 if first >= 0 else -1
    a_end = start[first] if first >= 0 else 0
    b = start[second] + size[second] - 1 if second >= 0 else -1
    b_end = start[second] if second >= 0 else 0
    n = 0
    while n < len(items_out) and (a >= a_end or b >= b_end):
        if b < b_end or (a >= a_end and times[a] >= times[b]):
            slot = a
            a -= 1
        else:
            slot = b
            b -= 1
        # A row contains an item once, so only two rows can repeat one. A scan: at most 200 items,
        # and a scratch array over all items would have to be cleared each time.
        known = -1
        if first >= 0 and second >= 0:
            for i in range(n):
                if items_out[i] == items[slot]:
                    known = i
        if known >= 0:
            if counts_out[known] > 0 and counts[slot] > 0:
                counts_out[known] += counts[slot]
        else:
            items_out[n], times_out[n], counts_out[n] = items[slot], times[slot], counts[slot]
            n += 1
    return n


@njit(cache=True)
def merged(table, first, second):
    """Return (items, times, counts) of two rows (-1: none) newest first, each once."""
    items, times = np.empty(HISTORY_MAX, dtype=np.int32), np.empty(HISTORY_MAX)
    counts = np.empty(HISTORY_MAX, dtype=np.int32)
    n = _merge(table, first, second, items, times, counts)
    return items[:n], times[:n], counts[:n]


@njit(cache=True, nogil=True)
def seen(table, first, second, now_s, since_s, until_s):
    """Return (items, ages, interactions, whether since ``since_s``, refused items)."""
    items, times, counts = merged(table, first, second)
    kept, refused = np.empty_like(items), np.empty_like(items)
    ages_s, interactions = np.empty_like(times), np.empty_like(counts)
    in_session = np.empty(len(items), dtype=np.bool_)
    n = others = 0
    for i in range(len(items)):
        if times[i] > until_s:
            continue
        if counts[i] < 0:
            refused[others] = items[i]
            others += 1
            continue
        kept[n], interactions[n] = items[i], counts[i]
        ages_s[n] = max(now_s - times[i], 0.0)
        in_session[n] = times[i] >= since_s
        n += 1
    return kept[:n], ages_s[:n], interactions[:n], in_session[:n], refused[:others]


@njit(cache=True, _nrt=False)
def _acted(table, acts, row):
    """Return the row, -1 if nothing was done under it yet."""
    return row if row >= 0 and (acts[0][row] != 0.0 or table[1][row] > 0) else -1


@njit(cache=True, _nrt=False)
def _session_start_s(acts, row, now_s, session_key, gap_s):
    """Return when the session of ``row`` began that goes on at ``now_s``, infinity if none does."""
    last_s, start_s, keys = acts
    if row < 0 or (session_key != 0 and keys[row] != 0 and session_key != keys[row]):
        return np.inf
    return start_s[row] if now_s - last_s[row] <= gap_s else np.inf


@njit(cache=True)
def _in_last_session(ages_s, gap_s):
    """Return bool[n]: the items up to the first gap of more than ``gap_s``."""
    goes_on, newer_s, out = True, 0.0, np.empty(len(ages_s), dtype=np.bool_)
    for i in range(len(ages_s)):
        goes_on = goes_on and ages_s[i] - newer_s <= gap_s
        out[i], newer_s = goes_on, ages_s[i]
    return out


@njit(cache=True)
def _read_past(table, first, second, now_s, gap_s):
    """Return what `read_history` does, as it was at ``now_s``: gaps divide sessions."""
    items, ages_s, counts, _, refused = seen(table, first, second, now_s, np.inf, now_s)
    in_session = _in_last_session(ages_s, gap_s)
    since_s = ages_s[0] if len(ages_s) > 0 else 0.0
    return items, ages_s, counts, in_session, refused, in_session.sum(), since_s


@njit(cache=True, nogil=True)
def read_history(table, acts, rows, now_s, session_key, gap_s, of_past):
    """Return the history of two rows (visitor, account) at ``now_s``, the fields of `History`.

    (items, ages in seconds, interactions, whether in the session, refused items, length of the
    session, seconds since the last act). ``of_past``: without what they did after ``now_s``.
    """
    first, second = _acted(table, acts, rows[0]), _acted(table, acts, rows[1])
    last_s = acts[0][first] if first >= 0 else -np.inf
    last_s = max(last_s, acts[0][second]) if second >= 0 else last_s
    if of_past and now_s < last_s:
        return _read_past(table, first, second, now_s, gap_s)
    since_s = min(
        _session_start_s(acts, first, now_s, session_key, gap_s),
        _session_start_s(acts, second, now_s, session_key, gap_s),
    )
    items, ages_s, counts, in_session, refused = seen(table, first, second, now_s, since_s, np.inf)
    since_last_s = max(0.0, now_s - last_s) if first >= 0 or second >= 0 else 0.0
    return items, ages_s, counts, in_session, refused, in_session.sum(), since_last_s


@njit(cache=True)
def as_if_viewed(read, context):
    """Return what `read_history` read, as if the visitor had just viewed the ``context`` items."""
    items, ages_s, counts, in_session, refused, length, _ = read
    first, n = len(context), len(context) + len(items)
    if first == 0:
        return read
    all_items, all_ages_s = np.empty(n, dtype=np.int32), np.zeros(n)
    all_counts, all_in_session = np.ones(n, dtype=np.int32), np.ones(n, dtype=np.bool_)
    all_items[:first] = context
    n = length = first
    for i in range(len(items)):
        if not (context == items[i]).any():
            all_items[n], all_ages_s[n], all_counts[n] = items[i], ages_s[i], counts[i]
            all_in_session[n] = in_session[i]
            length += in_session[i]
            n += 1
    return (
        all_items[:n], all_ages_s[:n], all_counts[:n], all_in_session[:n], refused, length, 0.0,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def read_asking(reading, context):
    """Return the fields of `History` of who asks now, with the ``context`` items on top.

    ``reading`` is what `Visitors.reading` returns.
    """
    table, acts, rows, now_s, session_key, gap_s = reading
    read = read_history(table, acts, rows, now_s, session_key, gap_s, False)
    return as_if_viewed(read, context)
