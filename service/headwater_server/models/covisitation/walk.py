"""Two steps along the chain of next items: it reaches items that never followed directly."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models import evidence as ev
from headwater_server.models.base import ItemModel
from headwater_server.models.covisitation.neighbours import find_slot
from headwater_server.models.covisitation.next_item import AHEAD, BACK, NextItem

REACH, BRANCHES = 2, 8


@njit(cache=True, _nrt=False)
def _strongest(table, row, slots, weights):
    """Write the slots of the strongest neighbours of a row, strongest first; return how many."""
    start, size, _, _, values, _, _, _ = table
    found = 0
    # Insertion into eight places: a row is not sorted, and most neighbours fail the first
    # comparison. Of equal ones the earlier slot stays.
    for slot in range(start[row], start[row] + size[row]):
        weight = values[slot, AHEAD] + np.float32(0.3) * values[slot, BACK]
        if found == len(slots) and weight <= weights[found - 1]:
            continue
        place = found if found < len(slots) else found - 1
        while place > 0 and weights[place - 1] < weight:
            slots[place], weights[place] = slots[place - 1], weights[place - 1]
            place -= 1
        slots[place], weights[place] = slot, weight
        found = min(found + 1, len(slots))
    return found


@njit(cache=True)
def accumulate_walk(counted, history, scratch):
    """Write the evidence for all items that are two steps away from ``history``."""
    table, degrees, weight = counted
    start, size, _, ids, values, _, _, _ = table
    out, rows = scratch[0], scratch[4]
    slots, weights = np.empty(BRANCHES, np.int64), np.empty(BRANCHES, np.float32)
    for z in range(min(REACH, len(history))):
        row = history[z]
        first_total = degrees[row, AHEAD] + weight
        for branch in range(_strongest(table, row, slots, weights)):
            middle = ids[slots[branch]]
            # both steps' denominators in one division for the whole row
            total = first_total * (degrees[middle, AHEAD] + weight)
            share = np.float32(0.5**z * weights[branch] / total)
            first, end = start[middle], start[middle] + size[middle]
            ev.add_rows(scratch, ids[first:end], ev.FROM_WALK)
            for i in range(np.uint64(end - first)):
                slot = np.uint64(first) + i
                step = values[slot, AHEAD] + np.float32(0.3) * values[slot, BACK]
                out[np.uint64(rows[i]), ev.WALK] += share * step


@njit(cache=True)
def is_reached(counted, history, item):
    """Whether ``item`` is two steps away from ``history``: `accumulate_walk` proposes it."""
    table, ids = counted[0], counted[0][3]
    slots, weights = np.empty(BRANCHES, np.int64), np.empty(BRANCHES, np.float32)
    for z in range(min(REACH, len(history))):
        for branch in range(_strongest(table, history[z], slots, weights)):
            if find_slot(table, ids[slots[branch]], item) >= 0:
                return True
    return False


class Walk(ItemModel):
    r"""The probability of an item after two steps of the chain that `NextItem` counts.

    With $P(j \mid x) = (A_{xj} + 0.3\, B_{xj}) / (1 + \sum_b A_{xb})$ over the 8 strongest
    neighbours $j$ of each of the last two items,

    $$s(y) = \sum_{z<2} 2^{-z} \sum_j P(j \mid x_z)\, P(y \mid j).$$

    It reaches items that are two clicks away, and smooths rare ones that are one click away.

    Parameters
    ----------
    chain
        The counts to walk on. They are state of that chain; absent: a new chain.

    References
    ----------
    C. Cooper et al., "Random walks in recommender systems: exact computation and simulations",
    WWW 2014.

    Examples
    --------
    >>> model = Walk()
    >>> for user, item in [("ann", "tent"), ("ann", "stove"), ("bob", "stove"), ("bob", "gas")]:
    ...     model.learn_one(user, item)
    >>> model.learn_one("eve", "tent")
    >>> model.predict_one("eve", "gas") > model.predict_one("eve", "lamp") == 0.0
    True
    """

    def __init__(self, chain: NextItem | None = None) -> None:
        super().__init__()
        self.chain = chain
        self._chain = chain or NextItem()

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        yield from self._chain.reserving(rows)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the state of ``items``."""
        self._chain.forget(items)

    def learn(self, history: NDArray[np.int32], item: int, **context: Any) -> None:
        """Learn that ``item`` came after ``history``; the engine calls the chain's own `learn`."""
        self._chain.learn(history, item)

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the probability of ``item`` two steps after ``history``."""
        evidence = ev.Evidence()
        evidence.begin(len(self._chain.counted[1]))
        accumulate_walk(self._chain.counted, history, evidence.scratch)
        wanted = np.array([item], dtype=np.int32)
        ev.add_rows(evidence.scratch, wanted, 0)
        return float(evidence.values_of(wanted)[0, ev.WALK])

    def state(self) -> dict[str, Any]:
        """Return the chain's state."""
        return self._chain.state()

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._chain.load(state)
