"""Directed short-range co-visitation: which item comes next."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models import evidence as ev
from headwater_server.models.base import CAPACITY_START
from headwater_server.models.covisitation.neighbours import (
    Neighbours,
    claim_slot,
    find_slot,
    find_slots,
)
from headwater_server.models.fading import FadingModel
from headwater_server.models.splitmix import uniform

STEP, AHEAD, BACK = 0, 1, 2
REACH = 6


@njit(cache=True, _nrt=False)
def count_next(counted, draws, history, item):
    """Add one interaction: N, A and B of the class below."""
    table, degrees, weight = counted
    row_max, seed, count = draws
    values = table[4]
    for z in range(min(REACH, len(history))):
        before, near = history[z], weight * 0.5**z
        # each draw has a counter of its own, so that it does not depend on which rows were full
        draw = uniform(seed, 2 * REACH * count + 2 * z)
        slot = claim_slot(table, before, item, near, row_max, draw)
        # also where the pair finds no slot: a share is one of all that followed
        degrees[before, AHEAD] += near
        if z == 0:
            degrees[before, STEP] += weight
        if slot >= 0:
            values[slot, AHEAD] += near
            if z == 0:
                values[slot, STEP] += weight
        draw = uniform(seed, 2 * REACH * count + 2 * z + 1)
        slot = claim_slot(table, item, before, near, row_max, draw)
        if slot >= 0:
            values[slot, BACK] += near


@njit(cache=True, _nrt=False)
def accumulate_next(counted, history, interactions, scratch):
    """Write the evidence for all items that may follow; ``interactions`` counts by item."""
    table, degrees, weight = counted
    start, size, _, ids, values, _, _, _ = table
    out, rows = scratch[0], scratch[4]
    for z in range(min(REACH - 1, len(history))):
        row = history[z]
        # Factors of a whole row in float32: a float64 one would convert every product of the inner
        # loop. The root makes a popular item of the history count less: much follows it anyway.
        near = np.float32(0.5**z / (np.sqrt(interactions[row]) + 1.0) / weight)
        step = np.float32(1.0 / (degrees[row, STEP] + weight))
        far = np.float32(1.0 / (degrees[row, AHEAD] + weight))
        first, end = start[row], start[row] + size[row]
        ev.add_rows(scratch, ids[first:end], ev.FROM_NEXT)
        for i in range(np.uint64(end - first)):
            slot, e = np.uint64(first) + i, out[np.uint64(rows[i])]
            e[ev.NEXT_NEAR] += near * (values[slot, AHEAD] + np.float32(0.3) * values[slot, BACK])
            # assigned, not added: an item has one slot in a row, and z is 0 (or 1) once
            if z == 0:
                e[ev.NEXT] = values[slot, AHEAD] * far
                e[ev.NEXT_BACK] = values[slot, BACK] * far
                e[ev.NEXT_STEP] = values[slot, STEP] * step
            elif z == 1:
                e[ev.NEXT_FAR] = values[slot, AHEAD] * far
                e[ev.NEXT_FAR_STEP] = values[slot, STEP] * step


class NextItem(FadingModel):
    r"""Counts which item follows which; nearer ones count more, old pairs fade.

    With $x_z$ the visitor's item $z$ places before $b$ (0 is the latest), an event on $b$ adds

    $$N_{x_0 b} \mathrel{+}= 1, \quad A_{x_z b} \mathrel{+}= 2^{-z}, \quad
      B_{b x_z} \mathrel{+}= 2^{-z} \qquad (z < 6)$$

    and the strength of $x$ for $y$ is $A_{xy} / (1 + \sum_b A_{xb})$. Every addition fades with
    ``half_life`` events. This is a first-order Markov chain smoothed over the last steps.

    Parameters
    ----------
    row_max
        Neighbours kept for an item; a power of two times 8.
    half_life
        Events after which a pair counts half.
    seed
        Seed of the draws that decide which neighbour of a full row is replaced.

    References
    ----------
    S. Rendle, C. Freudenthaler, L. Schmidt-Thieme, "Factorizing personalized Markov chains for
    next-basket recommendation", WWW 2010 (the chain, there factorised).

    Examples
    --------
    >>> model = NextItem()
    >>> for item in ["tent", "stove", "tent", "stove"]:
    ...     model.learn_one("ann", item)
    >>> model.learn_one("bob", "tent")
    >>> model.predict_one("bob", "stove") > model.predict_one("bob", "lamp") == 0.0
    True
    """

    _item_arrays = ("_degrees",)

    def __init__(self, row_max: int = 256, half_life: float = 20_000.0, seed: int = 1) -> None:
        super().__init__()
        self.row_max = row_max
        self.half_life = half_life
        self.seed = seed
        self._pairs = Neighbours(columns=3)
        self._pairs_slots = 2 * REACH * self.row_max
        self._degrees = np.zeros((CAPACITY_START, 2), dtype=np.float32)

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        yield from super().reserving(rows)
        yield from self._pairs.reserving(rows)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the state of ``items``, as row and as neighbour."""
        for _ in self.forgetting(items):
            pass

    def forgetting(self, items: NDArray[np.int32]) -> Generator[None, None, None]:
        """Do the same in steps."""
        super().forget(items)
        yield from self._pairs.forgetting(items)

    def learn(self, history: NDArray[np.int32], item: int, **context: Any) -> None:
        """Learn that ``item`` came after ``history`` (newest first, without ``item``)."""
        self.make_room()
        count_next(self.counted, self.draws, history, item)
        self.advance()

    def make_room(self) -> None:
        """Make room for what one interaction adds."""
        self._make_room_for_pairs()

    def advance(self, steps: int = 1) -> None:
        """Count the interactions that `count_next` has added."""
        self._step(self._pairs.values, self._degrees, steps=steps)

    @property
    def counted(self) -> tuple[tuple[Any, ...], NDArray[np.float32], float]:
        """As kernels take it: (pairs, totals of each item, what one interaction adds now)."""
        return self._pairs.table, self._degrees, self._weight

    @property
    def arrays(self) -> tuple[tuple[Any, ...], NDArray[np.float32]]:
        """The arrays among these."""
        return self._pairs.table, self._degrees

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return the strength of the latest item of ``history`` for ``item``, 0 to 1."""
        if len(history) == 0:
            return 0.0
        slot = find_slot(self._pairs.table, history[0], item)
        if slot < 0:
            return 0.0
        total = float(self._degrees[history[0], AHEAD]) + self._weight
        return float(self._pairs.values[slot, AHEAD]) / total

    def transitions(self, history: NDArray[np.int32], item: int) -> list[tuple[float, float]]:
        """Return for each of the latest items (how often ``item`` followed, its share), decayed."""
        rows, weight = history[: REACH - 1], self._weight
        slots = find_slots(self._pairs.table, rows, item)
        ahead = np.where(slots >= 0, self._pairs.values[slots, AHEAD], np.float32(0.0))
        shares = ahead / (self._degrees[rows, AHEAD] + weight)
        return [*zip((ahead.astype(np.float64) / weight).tolist(), shares.tolist(), strict=True)]

    def state(self) -> dict[str, Any]:
        """Return the whole state."""
        return {
            "pairs": self._pairs.state(),
            "degrees": self._degrees,
            "count": self._count,
            "origin": self._origin,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._pairs.load(state["pairs"])
        self._degrees = state["degrees"]
        self._count, self._origin = state["count"], state["origin"]
