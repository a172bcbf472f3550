"""Numbers for item ids: the row of an item in every model."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.recency import Recency
from headwater_server.engine.snapshot.state import ScalarList, in_steps
from headwater_server.models.base import CAPACITY_START


class Numbering:
    """Item ids by number. Of those that are not kept, the longest inactive are removed first.

    An item gets its number at its first write or event. ``spare_row``, the row after the last,
    represents every unknown item: it is zero in all arrays.

    >>> numbers = Numbering()
    >>> [numbers.enter(item_id) for item_id in ("a", "b", "c", "b")]
    [0, 1, 2, 1]
    >>> numbers.keep(0)
    >>> numbers.pop_inactive(1), numbers.enter("d")
    ([2], 2)
    """

    def __init__(self) -> None:
        self._kept = array("B")  # by number: whether it is never removed
        self.kept_count = 0
        self._numbers: dict[str, int] = {}
        self._recency = Recency()
        self.number = self._numbers.get
        """The number of a known item, None for others; a bound method, fast for lists of ids."""
        self.ids: list[str] = []
        self._spare: list[int] = []

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def spare_row(self) -> int:
        """A row that no item has."""
        return len(self.ids)

    @property
    def rows(self) -> int:
        """Length of arrays over items, including the spare row: a power of two."""
        return max(CAPACITY_START, 1 << len(self.ids).bit_length())

    def rows_with(self, item_id: str) -> int:
        """Return what `rows` is once ``item_id`` is entered."""
        if item_id in self._numbers or self._spare:
            return self.rows
        return max(CAPACITY_START, 1 << (len(self.ids) + 1).bit_length())

    def numbers(self) -> NDArray[np.int32]:
        """Return the numbers of all items, in order."""
        given = np.ones(len(self.ids), dtype=np.bool_)
        given[self._spare] = False
        return np.flatnonzero(given).astype(np.int32)

    def kept_numbers(self, item_ids: Sequence[str]) -> list[int] | None:
        """Return the numbers of items that are never removed; None if not all are such items."""
        known = self._numbers.get
        numbers = [number for item_id in item_ids if (number := known(item_id)) is not None]
        are_kept = len(numbers) == len(item_ids) and all(map(self._kept.__getitem__, numbers))
        return numbers if are_kept else None

    @property
    def spare(self) -> list[int]:
        """The free numbers below the last."""
        return self._spare

    def has_numbers(self, numbers: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``numbers`` an item has."""
        given = (bool(self.ids[number]) for number in numbers.tolist())
        return np.fromiter(given, np.bool_, len(numbers))

    def enter(self, item_id: str) -> int:
        """Return the number of ``item_id``, a new one if needed, and mark it as the most active."""
        number = self._numbers.get(item_id)
        if number is None:
            if self._spare:
                number = self._spare.pop()
                self.ids[number] = item_id
            else:
                number = len(self.ids)
                self.ids.append(item_id)
                self._kept.append(False)
            self._numbers[item_id] = number
        if not self._kept[number]:
            self._recency.act(number)
        return number

    def keep(self, number: int) -> None:
        """Never remove the item, until `release`."""
        self._mark(number, kept=True)
        self._recency.clear(number)

    def _keep_all(self, numbers: Sequence[int]) -> None:
        """Never remove any of these items; all others may be removed."""
        kept = np.zeros(len(self.ids), dtype=np.uint8)
        kept[list(numbers)] = True
        self._kept, self.kept_count = array("B", kept.tobytes()), len(numbers)

    def release(self, number: int) -> None:
        """Allow the removal of the item; it is the most active one now."""
        self._mark(number, kept=False)
        self._recency.act(number)

    def _mark(self, number: int, *, kept: bool) -> None:
        self.kept_count += kept - self._kept[number]
        self._kept[number] = kept

    def longest_inactive(self, count: int) -> NDArray[np.int64]:
        """Return the items that `pop_inactive` would remove."""
        return self._recency.oldest(count)

    def pop_inactive(self, count: int) -> list[int]:
        """Remove the ``count`` longest inactive items; return the numbers that become free."""
        gone: list[int] = self._recency.oldest(count).tolist()
        for number in gone:
            del self._numbers[self.ids[number]]
            self._recency.clear(number)
            self.ids[number] = ""
        self._spare += gone
        return gone

    def state(self) -> dict[str, Any]:
        """Return ids by number, the free numbers, and when each was active."""
        return {
            "ids": in_steps(self.ids),
            "spare": ScalarList(self._spare),
            "recency": self._recency.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.ids, self._spare = list(state["ids"]), list(state["spare"])
        self._recency.load(state["recency"])
        self._kept, self.kept_count = array("B", bytes(len(self.ids))), 0
        self._numbers.clear()
        self._numbers.update((item_id, number) for number, item_id in enumerate(self.ids))
        for number in self._spare:
            self._numbers.pop(self.ids[number], None)
