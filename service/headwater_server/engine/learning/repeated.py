"""How much others learn from an act of a visitor who acted on the item before.

The visitor's own list follows every act. What others see must not be moved by one who repeats
himself: an act counts 1 / (1 + n)², with n the visitor's recent acts on this item, so that any
number of them counts less than two. Below `LEAST` it counts nothing.

That is its weight in every count of items. The ranker's step stays whole as long as it counts: it
learns from it that visitors return to what they looked at, which is nothing about the item.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.engine.intake.repeats import HALF_LIFE_S, LEAST
from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

REFUSED = 32.0
"""As so many acts an item counts that the visitor refused: else the next one would be the first."""
_LAG_WEIGHT = 8.0
"""A visitor's own times are believed only as far as they lie closer to the log's clock than to
each other: else years of made-up acts would come within a minute."""


@njit(cache=True, _nrt=False)
def _slot_of(table, row, item):
    """Return the slot of the history of ``row`` that knows acts on ``item``, or -1."""
    start, size, _, items, _, _, _, _ = table
    if row >= 0:
        for slot in range(start[row], start[row] + size[row]):
            if items[slot] == item:
                return slot
    return np.int64(-1)


@njit(cache=True, _nrt=False)
def _recent(table, row, item, seconds, lag_s):
    """Return the acts of ``row`` on ``item``, faded by the time since the latest."""
    slot = _slot_of(table, row, item)
    if slot < 0:
        return 0.0
    _, _, _, _, times, counts, _, _ = table
    acts = float(counts[slot]) if counts[slot] > 0 else REFUSED
    passed_s = max(0.0, seconds - times[slot] - _LAG_WEIGHT * lag_s)
    return acts * np.exp2(-passed_s / HALF_LIFE_S)


@njit(cache=True, _nrt=False)
def part_after(recent):
    """Return the part of an act that counts after so many recent ones."""
    part = 1.0 / ((1.0 + recent) * (1.0 + recent))
    return part if part >= LEAST else 0.0


@njit(cache=True, _nrt=False)
def part_for_others(table, act):
    """Return how much of an act of `ACT` others learn from, 0 to 1; ``table``: `Histories.table`.

    The acts of the visitor and of the account count together.
    """
    lag_s = max(0.0, act.clock_ms / 1000.0 - act.seconds)
    recent = _recent(table, act.visitor, act.item, act.seconds, lag_s)
    if act.account != act.visitor:
        recent += _recent(table, act.account, act.item, act.seconds, lag_s)
    return part_after(recent)
