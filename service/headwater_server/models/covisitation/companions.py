"""Long-range symmetric co-visitation: items of one session, and of one visitor's lifetime."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models import evidence as ev
from headwater_server.models.covisitation.neighbours import (
    Neighbours,
    claim_slot,
    find_slot,
    find_slots,
)
from headwater_server.models.fading import FadingModel
from headwater_server.models.logarithms import ln
from headwater_server.models.splitmix import uniform

IN_SESSION, ACROSS = 0, 1
REACH = 20


@njit(cache=True, _nrt=False)
def count_together(counted, draws, history, in_session, item):
    """Add one interaction: C of the class below."""
    table, weight, _, _ = counted
    row_max, seed, count = draws
    values, last = table[4], table[5]
    for z in range(min(REACH, len(history))):
        before, near = history[z], weight * 0.9**z
        column = IN_SESSION if in_session[z] else ACROSS
        # every draw has its own counter, so that it does not depend on which rows were full
        draw = uniform(seed, 2 * REACH * count + 2 * z)
        slot = claim_slot(table, before, item, near, row_max, draw)
        if slot >= 0:
            values[slot, column] += near
            last[slot] = count
        draw = uniform(seed, 2 * REACH * count + 2 * z + 1)
        slot = claim_slot(table, item, before, 0.6 * near, row_max, draw)
        if slot >= 0:
            values[slot, column] += 0.6 * near
            last[slot] = count


@njit(cache=True, _nrt=False)
def _lifts(values, ids, interactions, expected, out):
    """Write log(1 + k C / ((n_x + 2)(n_y + 3))) of each slot.

    The logarithms have their own loop, which reads and writes one array in order: the compiler
    makes vector instructions of it, which it cannot where items are looked up.
    """
    for i in range(np.uint64(len(ids))):
        half = values[i, IN_SESSION] + np.float32(0.5) * values[i, ACROSS]
        out[i] = expected * half / (interactions[np.uint64(ids[i])] + np.float32(3.0))
    for i in range(len(ids)):
        out[i] = ln(np.float32(1.0) + out[i])


@njit(cache=True)
def accumulate_together(counted, history, in_session, interactions, scratch):
    """Write the evidence for all items that occur together with those of ``history``."""
    lifts = np.empty(counted[2], dtype=np.float32)
    _accumulate(counted, history, in_session, interactions, scratch, lifts)


@njit(cache=True, _nrt=False)
def _accumulate(counted, history, in_session, interactions, scratch, lifts):
    table, weight, _, count = counted
    start, size, _, ids, values, last, _, _ = table
    out, rows = scratch[0], scratch[4]
    one, unit = np.float32(1.0), np.float32(1.0 / weight)
    for z in range(min(REACH, len(history))):
        row = history[z]
        # a popular item of the history occurs with everything, so each of its pairs counts less
        root = 1.0 / (np.sqrt(interactions[row]) + 1.0)
        near, far = np.float32(0.8**z * root), np.float32(0.9**z * root)
        if not in_session[z]:
            near = np.float32(0.0)
        even, fading = np.float32(0.96**z), np.float32(0.85**z)
        popular = np.float32(1.0 / (interactions[row] + 2.0))
        expected = np.float32(count) * popular * unit
        first, end = start[row], start[row] + size[row]
        ev.add_rows(scratch, ids[first:end], ev.FROM_TOGETHER)
        _lifts(values[first:end], ids[first:end], interactions, expected, lifts)
        for i in range(np.uint64(end - first)):
            slot = np.uint64(first) + i
            session, across = values[slot, IN_SESSION] * unit, values[slot, ACROSS] * unit
            both, e, lift = session + across, out[np.uint64(rows[i])], lifts[i]
            e[ev.SESSION] += near * session
            e[ev.TOGETHER] += far * both
            e[ev.PATHS] += one
            e[ev.STRONGEST] = max(e[ev.STRONGEST], (session + np.float32(0.3) * across) * popular)
            e[ev.LIFT_NEAR] += fading * lift
            e[ev.LIFT] += even * lift
            e[ev.SHARE] += even * both * popular
            if z == 0:
                # one more than the count: 0 is a row without such a pair
                e[ev.PAIR_LAST] = np.float32(last[slot] + 1)


class Companions(FadingModel):
    r"""Counts which items occur together in a visitor's last twenty, in any order.

    An event on $b$ adds, for the item $x_z$ that is $z$ places back, $0.9^z$ to $C_{x_z b}$ and
    $0.6 \cdot 0.9^z$ to $C_{b x_z}$, where $C$ is the table of the session if $x_z$ belongs to
    the current session, else the table across sessions. Evidence for $y$ sums
    $\gamma^z C_{x_z y} / (1 + \sqrt{n_x})$ and the lift
    $\log(1 + k\, C_{xy} / ((n_x + 2)(n_y + 3)))$, $n$ the interactions
    with an item, $k$ events in all.

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
    B. Sarwar, G. Karypis, J. Konstan, J. Riedl, "Item-based collaborative filtering
    recommendation algorithms", WWW 2001.

    Examples
    --------
    >>> model = Companions()
    >>> for item in ["tea", "cup", "spoon"]:
    ...     model.learn_one("ann", item)
    >>> model.learn_one("bob", "spoon")
    >>> model.predict_one("bob", "tea") > 0.0
    True
    """

    def __init__(self, row_max: int = 256, half_life: float = 20_000.0, seed: int = 2) -> None:
        super().__init__()
        self.row_max = row_max
        self.half_life = half_life
        self.seed = seed
        self._pairs = Neighbours(columns=2)
        self._pairs_slots = 2 * REACH * self.row_max

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        yield from self._pairs.reserving(rows)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the state of ``items``, as row and as neighbour."""
        for _ in self.forgetting(items):
            pass

    def forgetting(self, items: NDArray[np.int32]) -> Generator[None, None, None]:
        """Do the same in steps."""
        yield from self._pairs.forgetting(items)

    def learn(
        self,
        history: NDArray[np.int32],
        item: int,
        in_session: NDArray[np.bool_] | None = None,
        **context: Any,
    ) -> None:
        """Learn that ``item`` joined ``history`` (newest first); absent flags: one session."""
        flags = np.ones(len(history), dtype=np.bool_) if in_session is None else in_session
        self.make_room()
        count_together(self.counted, self.draws, history, flags, item)
        self.advance()

    def make_room(self) -> None:
        """Make room for what one interaction adds."""
        self._make_room_for_pairs()

    def advance(self, steps: int = 1) -> None:
        """Count the interactions that `count_together` has added."""
        self._step(self._pairs.values, steps=steps)

    @property
    def counted(self) -> tuple[tuple[Any, ...], float, int, int]:
        """As kernels take it: (pairs, what one interaction adds now, room of a row, events)."""
        return self._pairs.table, self._weight, self.row_max, self._count

    @property
    def arrays(self) -> tuple[tuple[Any, ...]]:
        """The arrays among these."""
        return (self._pairs.table,)

    @property
    def pairs(self) -> tuple[tuple[Any, ...], float]:
        """((starts, sizes, ids, values) of the items' rows, the factor of each value)."""
        table = self._pairs
        return (table.start, table.size, table.ids, table.values), 1.0 / self._weight

    def predict(self, history: NDArray[np.int32], item: int) -> float:
        """Return how often ``item`` occurred with the items of ``history``, by recency."""
        total = 0.0
        for z, row in enumerate(history[:REACH]):
            slot = find_slot(self._pairs.table, row, item)
            if slot >= 0:
                total += 0.9**z * float(self._pairs.values[slot].sum()) / self._weight
        return total

    def pair_counts(self, history: NDArray[np.int32], item: int) -> list[float]:
        """Return how often ``item`` occurred with each of the latest of ``history``, decayed."""
        slots = find_slots(self._pairs.table, history[:REACH], item)
        sums = np.zeros(len(slots))
        sums[slots >= 0] = self._pairs.values[slots[slots >= 0]].sum(axis=1)
        counts: list[float] = (sums / self._weight).tolist()
        return counts

    def state(self) -> dict[str, Any]:
        """Return the whole state."""
        return {"pairs": self._pairs.state(), "count": self._count, "origin": self._origin}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._pairs.load(state["pairs"])
        self._count, self._origin = state["count"], state["origin"]
