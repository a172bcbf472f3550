"""Kernels that note a visitor's act: whether it begins a session, and when the last act was.

``table`` is `Histories.table`; ``acts`` as in `reading`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class Sessions(NamedTuple):
    """Histories and sessions by row, as kernels take them: see `reading`."""

    table: tuple[Any, ...]
    acts: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]
    gap_s: float


@njit(cache=True)
def _has_within(table, row, seconds, gap_s):
    """Return whether ``row`` has an item in the ``gap_s`` up to ``seconds``."""
    start, size, times = table[0][row], table[1][row], table[4]
    earlier = np.searchsorted(times[start : start + size], seconds, side="right")
    return earlier > 0 and seconds - times[start + earlier - 1] <= gap_s


@njit(cache=True, _nrt=False)
def _goes_on(table, acts, row, seconds, session_key, gap_s):
    """Return whether an act at ``seconds`` belongs to the session of the last act."""
    last_s, _, keys = acts
    if session_key != 0 and keys[row] != 0 and session_key != keys[row]:
        return False
    if last_s[row] == 0 and table[1][row] == 0:
        return False
    return seconds - last_s[row] <= gap_s


@njit(cache=True, nogil=True)
def enter_session(table, acts, row, seconds, session_key, gap_s):
    """Note an act of ``row``; return whether it begins a session.

    An act that is older than the latest changes nothing of the present session.
    """
    last_s, start_s, keys = acts
    if seconds < last_s[row]:
        return not _has_within(table, row, seconds, gap_s)
    begins = not _goes_on(table, acts, row, seconds, session_key, gap_s)
    if begins:
        start_s[row] = seconds
    keys[row], last_s[row] = session_key, seconds
    return begins
