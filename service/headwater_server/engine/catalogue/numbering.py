"""Numbers for item ids: the row of an item in every model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.recency import Recency
from headwater_server.engine.snapshot.state import ScalarList
from headwater_server.models.base import CAPACITY_START


class Numbering:
    """Item ids by number, at most ``items_max`` of them; the longest inactive are removed first.

    An item gets its number at its first write or event. ``spare_row``, the row after the last,
    represents every unknown item: it is zero in all arrays.

    >>> numbers = Numbering(items_max=3)
    >>> [numbers.enter(item_id) for item_id in ("a", "b", "a", "c")]
    [0, 1, 0, 2]
    >>> numbers.is_full(), numbers.pop_inactive(), numbers.enter("d")
    (True, [1], 1)
    """

    def __init__(self, items_max: int) -> None:
        self.items_max = items_max
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
        if item_id in self._numbers or self._spare or self.is_full():
            return self.rows
        return max(CAPACITY_START, 1 << (len(self.ids) + 1).bit_length())

    def numbers(self) -> NDArray[np.int32]:
        """Return the numbers of all items, in order."""
        given = np.ones(len(self.ids), dtype=np.bool_)
        given[self._spare] = False
        return np.flatnonzero(given).astype(np.int32)

    def is_full(self) -> bool:
        """Whether a new item needs the place of others."""
        return len(self._numbers) >= self.items_max

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
            self._numbers[item_id] = number
        self._recency.act(number)
        return number

    def pop_inactive(self) -> list[int]:
        """Remove the longest inactive 64th part; return the numbers that become free."""
        gone: list[int] = self._recency.inactive(self.items_max).tolist()
        for number in gone:
            del self._numbers[self.ids[number]]
            self._recency.clear(number)
            self.ids[number] = ""
        self._spare += gone
        return gone

    def state(self) -> dict[str, Any]:
        """Return ids by number, the free numbers, and when each was active."""
        return {
            "ids": ScalarList(self.ids),
            "spare": ScalarList(self._spare),
            "recency": self._recency.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.ids, self._spare = list(state["ids"]), list(state["spare"])
        self._recency.load(state["recency"])
        self._numbers.clear()
        self._numbers.update((item_id, number) for number, item_id in enumerate(self.ids))
        for number in self._spare:
            self._numbers.pop(self.ids[number], None)
