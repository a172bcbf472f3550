"""How often each item was acted on where it was seen, by placement: faded counts of slots."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.measures.act_changes import ActChanges
from headwater_server.engine.measures.placements import OTHER
from headwater_server.models.base import CAPACITY_START, growing

PLACEMENTS_MAX = 16
"""Placements with counts of their own; the slots of all others count as "other"."""
SEEN, ACTS, SQUARES, LAST = 0, 1, 2, 3
_NOTHING = np.zeros((0, 4))
_OWN = ("", OTHER)  # these need no place of the 16
DAY_S = 86_400.0
Version = tuple[int, float]
"""The number of the last change of a placement, and the half-life."""


@njit(cache=True)
def count_slots(table, items, acted, at, half_life):  # type: ignore[no-untyped-def]
    r"""Fade the counts of each of ``items`` to ``at``, and add one slot.

    $n \leftarrow n f + 1$, $k \leftarrow k f + y$, $q \leftarrow q f^2 + 1$ with
    $f = 2^{-(t - t_{last}) / h}$. What comes late counts as if it came at the last time.
    """
    for slot in range(len(items)):
        row = table[items[slot]]
        fading = np.exp2(-max(0.0, at - row[LAST]) / half_life) if row[SEEN] > 0.0 else 0.0
        row[SEEN] = row[SEEN] * fading + 1.0
        row[ACTS] = row[ACTS] * fading + (1.0 if acted[slot] else 0.0)
        row[SQUARES] = row[SQUARES] * fading * fading + 1.0
        row[LAST] = max(at, row[LAST]) if fading > 0.0 else at


class SeenSlots(NamedTuple):
    """The items that were seen at one placement, faded to now.

    ``items`` int32[n] by number, ``seen`` and ``acts`` float64[n]; ``slots`` float64[n]: as many
    slots without fading give the same precision. It is $n^2 / q$ while an item is shown (Kish), and
    fades as ``seen`` does afterwards.
    """

    items: NDArray[np.int32]
    seen: NDArray[np.float64]
    acts: NDArray[np.float64]
    slots: NDArray[np.float64]

    @property
    def equal_acts(self) -> NDArray[np.float64]:
        """Of ``slots``, how many were acted on."""
        rates = np.divide(self.acts, self.seen, out=np.zeros(len(self.seen)), where=self.seen > 0.0)
        return np.minimum(rates, 1.0) * self.slots

    def at(self, place: int) -> SeenSlots:
        """Return what was seen of one item."""
        one = slice(place, place + 1)
        return SeenSlots(self.items[one], self.seen[one], self.acts[one], self.slots[one])


class ActRates:
    r"""Slots seen $n$ and acted on $k$ of each item, at each of at most 16 placements.

    A slot of age $a$ weighs $2^{-a/h}$. $q$, the sum of the squared weights, gives the precision:
    $n^2 / q$ slots of equal weight have the same variance.

    References
    ----------
    L. Kish, "Survey sampling", 1965, section 11.7.
    """

    def __init__(self) -> None:
        self.half_life_s = 14 * DAY_S
        self._changes = ActChanges()
        self._rows = CAPACITY_START
        self._tables: dict[str, NDArray[np.float64]] = {}

    def observe(
        self, placement: str, items: NDArray[np.int32], acted: NDArray[np.bool_], at_s: float
    ) -> None:
        """Add the seen slots of a list whose window is over; ``items`` are different ones."""
        count_slots(self._table(placement), items, acted, at_s, self.half_life_s)
        self._changes.counted(self.placement_of(placement))

    def version(self, placement: str) -> Version:
        """Return what differs as soon as the counts of a placement do, but for their fading."""
        return self._changes.last(placement), self.half_life_s

    def lists_at(self, placement: str) -> int:
        """Return how many lists this process has counted at a placement."""
        return self._changes.lists(placement)

    def _table(self, placement: str) -> NDArray[np.float64]:
        found = self._tables.get(placement)
        if found is not None:
            return found
        if placement not in _OWN and len(self._tables.keys() - _OWN) >= PLACEMENTS_MAX:
            return self._table(OTHER)
        self._tables[placement] = made = np.zeros((self._rows, 4))
        return made

    def placement_of(self, name: str) -> str:
        """Return where the slots of a placement count: under its name, or under "other"."""
        return name if name in self._tables else OTHER

    @property
    def placements(self) -> tuple[str, ...]:
        """The placements with counts, the first seen first."""
        return tuple(self._tables)

    def at(self, placement: str, now_s: float) -> SeenSlots:
        """Return a copy of what was seen at a placement, faded to ``now_s``."""
        table = self._tables.get(placement, _NOTHING)
        return self._faded(table, np.flatnonzero(table[:, SEEN]).astype(np.int32), now_s)

    def of(self, placement: str, item: int, now_s: float) -> SeenSlots:
        """Return the same of one item, of which nothing may have been seen."""
        table = self._tables.get(placement, _NOTHING)
        is_seen = 0 <= item < len(table) and table[item, SEEN] > 0.0
        return self._faded(table, np.array([item] if is_seen else [], dtype=np.int32), now_s)

    def _faded(
        self, table: NDArray[np.float64], items: NDArray[np.int32], now_s: float
    ) -> SeenSlots:
        found = table[items]
        fading = np.exp2(-np.maximum(0.0, now_s - found[:, LAST]) / self.half_life_s)
        seen = found[:, SEEN] * fading
        return SeenSlots(
            items, seen, found[:, ACTS] * fading, seen * found[:, SEEN] / found[:, SQUARES]
        )

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps."""
        self._rows = max(self._rows, rows)
        for placement in self.placements:
            larger = yield from growing(self._tables[placement], rows)
            self._tables[placement] = larger

    def forget(self, items: NDArray[np.int32]) -> None:
        """Clear the counts of items whose numbers will be used again."""
        for placement, table in self._tables.items():
            gone = items[items < len(table)]
            if table[gone, SEEN].any():
                table[gone] = 0.0
                self._changes.changed(placement)

    def drop(self, placement: str) -> None:
        """Forget a placement that is used no more."""
        self._tables.pop(placement, None)
        self._changes.dropped(placement)

    def set_back(self, now_s: float) -> None:
        """Count as now what was seen after now, while the store's clock was ahead."""
        for table in self._tables.values():
            np.minimum(table[:, LAST], now_s, out=table[:, LAST])
        self._changes.changed_everywhere()

    def state(self) -> dict[str, Any]:
        """Return the counts by placement, not copied."""
        return {
            "rows": self._rows,
            "placements": [*self._tables],
            "tables": [*self._tables.values()],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._rows = state["rows"]
        self._tables = dict(zip(state["placements"], state["tables"], strict=True))
        self._changes.loaded()
