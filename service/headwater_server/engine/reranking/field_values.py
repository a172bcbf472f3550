"""The values of a field by item, as numbers that kernels can compare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.columns import Columns
from headwater_server.models.base import CAPACITY_START, grown

FEW = 5_000
"""Items whose values are read one by one."""
VALUES_MAX = 1_000_000
"""Distinct values that are numbered; with more of them numbering starts again."""


class FieldValues:
    """One field of the catalogue. Not state: rows are built on demand, again after a change.

    >>> from headwater_server.engine.messages.entries import Item
    >>> columns = Columns()
    >>> columns.put(0, Item("a", categories=("tea", "gift")))
    >>> columns.put(1, Item("b", categories=("gift",)))
    >>> FieldValues("categories", columns).of(np.array([0, 1])).tolist()
    [[0, 1], [1, -1]]
    """

    def __init__(self, field: str, columns: Columns) -> None:
        self.field = field
        self.columns = columns
        self._begin()

    def _begin(self) -> None:
        self._numbers: dict[str | float, int] = {}
        self.values: list[str | float] = []
        self._rows = np.full((CAPACITY_START, 1), -1, dtype=np.int32)
        self._made = np.zeros(CAPACITY_START, dtype=np.int64)  # version + 1; 0: never

    @property
    def count(self) -> int:
        """Number of values."""
        return len(self.values)

    def of(self, items: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return int32[items, most values of one]: the numbers of each item's values, then -1."""
        if len(self.values) > VALUES_MAX:
            self._begin()
        changed = self.columns.changed
        if len(self._made) < len(changed):
            self._made, before = grown(self._made, len(changed)), len(self._rows)
            self._rows = grown(self._rows, len(changed))
            self._rows[before:] = -1
        stale = self._made[items] != changed[items] + 1
        if stale.any():
            for item in items[stale].tolist():
                self._read(item)
        rows: NDArray[np.int32] = self._rows[items]
        return rows

    def _read(self, item: int) -> None:
        held = self.columns.held(item, self.field)
        for value in held:
            if value not in self._numbers:
                self._numbers[value] = len(self.values)
                self.values.append(value)
        numbers = [self._numbers[value] for value in held]
        if len(held) > self._rows.shape[1]:
            wider = np.full((len(self._rows), len(held)), -1, dtype=np.int32)
            wider[:, : self._rows.shape[1]] = self._rows
            self._rows = wider
        self._rows[item] = -1
        self._rows[item, : len(numbers)] = numbers
        self._made[item] = self.columns.changed[item] + 1

    def holding(self, items: NDArray[np.int32], values: Sequence[str | float]) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``items`` have one of ``values``."""
        if len(items) > FEW:  # a look at all items is quicker than one at so many rows
            return self._all_holding(values)[items]
        rows = self.of(items)
        numbers = [self._numbers[value] for value in values if value in self._numbers]
        return np.asarray(np.isin(rows, numbers).any(axis=1), dtype=np.bool_)

    def _all_holding(self, values: Sequence[str | float]) -> NDArray[np.bool_]:
        found = self.columns.holding(self.field, [v for v in values if isinstance(v, str)])
        for value in values:
            if not isinstance(value, str):
                found |= self.columns.compared(self.field, np.equal, value)
        return found
