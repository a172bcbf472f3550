"""What pins and caps allow: which candidates may get a slot, given the slots before."""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

LEFT, RESERVED, PLACED = 0, 1, 2


@njit(cache=True)
def barred_by(row, groups):
    """Return the caps that leave no room for ``row``, a bit for each; 0: it is allowed."""
    # at most 60 caps (`rules.CAPS_MAX`), so that their bits fit into an int64
    starts, of, room, rules = groups
    bits = np.int64(0)
    for k in range(starts[row], starts[row + 1]):
        if room[of[k]] <= 0:
            bits |= np.int64(1) << rules[of[k]]
    return bits


@njit(cache=True)
def take_room(row, groups):
    """Take a place in each group of ``row``."""
    starts, of, room, _ = groups
    for k in range(starts[row], starts[row + 1]):
        room[of[k]] -= 1


@njit(cache=True)
def reserve(pinned, status, groups):
    """Keep pinned items and their room out of the draws; a cap that is full removes a pin."""
    # before any slot is drawn: a drawn item must not take the room of a later pin
    for slot in range(len(pinned)):
        row = pinned[slot]
        if row < 0:
            continue
        if barred_by(row, groups) != 0:
            pinned[slot] = -1
            continue
        status[row] = RESERVED
        take_room(row, groups)


@njit(cache=True)
def next_pin(pinned, slot, status, closing):
    """Return the pin of ``slot``; with ``closing`` the first pin that is not placed yet."""
    if not closing:
        return pinned[slot]
    for later in range(len(pinned)):
        if pinned[later] >= 0 and status[pinned[later]] == RESERVED:
            return pinned[later]
    return -1


@njit(cache=True)
def all_bars(status, bars):
    """Return the caps that exclude any remaining item."""
    found = np.int64(0)
    for i in range(len(bars)):
        if status[i] == LEFT:
            found |= bars[i]
    return found
