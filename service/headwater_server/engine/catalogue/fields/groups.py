"""The group of each item: variants of one product, of which a list shows one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.fields.item_values import field_of, values_of
from headwater_server.engine.messages.entries import Item
from headwater_server.models.base import CAPACITY_START, grown

GROUP_ID = "group_id"
Items = NDArray[np.int32]


class Groups:
    """Groups as numbers, -1 for an item without one. Not state: derived from the items.

    ``field`` names the field whose text is the group, "" for no groups; ``variants_max`` is how
    many items of a group a list may have, 0 for any number.

    >>> groups = Groups()
    >>> for number, group in enumerate(("shirt-4", "shirt-4", "", "hat-1")):
    ...     groups.put(number, Item(f"i{number}", group_id=group))
    >>> groups.are_apart(np.array([0, 1, 2, 3]), np.array([1])).tolist()
    [False, False, True, True]
    """

    def __init__(self, rows: int = CAPACITY_START) -> None:
        self.field = GROUP_ID
        self.variants_max = 1
        self._begin(rows)

    def _begin(self, rows: int) -> None:
        self.of: Items = np.full(rows, -1, dtype=np.int32)
        self._numbers: dict[str | float, int] = {}
        self._names: list[str | float] = []
        self._sizes: list[int] = []
        self._spare: list[int] = []

    @property
    def are_used(self) -> bool:
        """Whether any item is in a group."""
        return bool(self._numbers)

    @property
    def limit(self) -> int:
        """How many items of a group a list may have; 0: any number, -1: there are no groups."""
        return self.variants_max if self._numbers else -1

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        before = len(self.of)
        if rows > before:
            self.of = grown(self.of, rows)
            self.of[before:] = -1

    def put(self, item: int, data: Item) -> None:
        """Note the group of an item that has none."""
        value = self._value(data)
        if value is None:
            return
        number = self._numbers.get(value)
        if number is None:
            number = self._numbers[value] = self._new(value)
        self._sizes[number] += 1
        self.of[item] = number

    def only(self, data: Item) -> Item:
        """Return an item with nothing but its group: a deleted variant still hides its product."""
        if self.field == GROUP_ID:
            return Item(data.item_id, available=False, group_id=data.group_id)
        own = tuple((name, value) for name, value in data.features if name == self.field)
        return Item(data.item_id, available=False, features=own)

    def _value(self, data: Item) -> str | float | None:
        if self.field == GROUP_ID:
            return data.group_id or None
        return next((value for name, value in values_of(data) if name == self.field), None)

    def _new(self, value: str | float) -> int:
        if self._spare:
            number = self._spare.pop()
            self._names[number] = value
            return number
        self._names.append(value)
        self._sizes.append(0)
        return len(self._names) - 1

    def drop(self, item: int) -> None:
        """Forget the group of an item."""
        number = int(self.of[item])
        if number < 0:
            return
        self.of[item] = -1
        self._sizes[number] -= 1
        if not self._sizes[number]:
            del self._numbers[self._names[number]]
            self._spare.append(number)

    def by(self, field: str) -> bool:
        """Take the groups from another field; return whether items have to be put again."""
        field = field_of(field)
        if field == self.field:
            return False
        self._begin(len(self.of))
        self.field = field
        return True

    def are_apart(
        self, items: NDArray[np.integer], others: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``items`` are in no group of ``others``."""
        if not self._numbers or not len(others):
            return np.ones(len(items), dtype=np.bool_)
        own, barred = self.of[items], self.of[others]
        apart: NDArray[np.bool_] = (own < 0) | ~np.isin(own, barred[barred >= 0])
        return apart

    def with_room(
        self, items: NDArray[np.integer], present: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``items`` a list may have beside those that are ``present``."""
        if self.limit < 1 or not len(present):
            return np.ones(len(items), dtype=np.bool_)
        groups, counts = np.unique(self.of[present], return_counts=True)
        own = self.of[items]
        have_room: NDArray[np.bool_] = (own < 0) | ~np.isin(own, groups[counts >= self.limit])
        return have_room

    def first(self, items: Items, present: NDArray[np.integer]) -> Items:
        """Return ``items`` without those for which a list has no room beside the ones before."""
        if self.limit < 1:
            return items
        counts: dict[int, int] = {}
        for group in self.of[present].tolist():
            counts[group] = counts.get(group, 0) + 1
        kept = []
        for group in self.of[items].tolist():
            counts[group] = counts.get(group, 0) + 1
            kept.append(group < 0 or counts[group] <= self.limit)
        return items[np.array(kept, dtype=np.bool_)]
