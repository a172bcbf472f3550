"""The catalogue by field instead of by item, so that a filter is a few array operations.

Not state: it is derived from the items, and is rebuilt when they are loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.entries import Item
from headwater_server.models.base import CAPACITY_START, grown


class Columns:
    """Which items contain which text in which field, and each field's numbers.

    >>> columns = Columns()
    >>> columns.put(0, Item("a", categories=("tea",), price=3.0))
    >>> columns.holding("categories", ["tea"])[:2].tolist()
    [True, False]
    >>> columns.compared("price", np.less, 5.0)[:2].tolist()
    [True, False]
    """

    def __init__(self) -> None:
        self.version = 0
        self.changed = np.zeros(CAPACITY_START, dtype=np.int64)  # an item's last version
        self._rows = CAPACITY_START
        self._holders: dict[tuple[str, str], set[int]] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._items: dict[int, Item] = {}

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        if rows > self._rows:
            self.version += 1  # earlier masks are too short
        self._rows = max(self._rows, rows)
        self.changed = grown(self.changed, self._rows)
        for name, numbers in self._numbers.items():
            longer = grown(numbers, self._rows)
            longer[len(numbers) :] = np.nan
            self._numbers[name] = longer

    def put(self, number: int, item: Item) -> None:
        """Store the current data of an item."""
        self.drop(number)
        self._items[number] = item
        for name, value in _values(item):
            if isinstance(value, str):
                self._holders.setdefault((name, value), set()).add(number)
            else:
                self._column(name)[number] = value

    def drop(self, number: int) -> None:
        """Remove an item."""
        self.version += 1
        self.changed[number] = self.version
        item = self._items.pop(number, None)
        for name, value in _values(item) if item else ():
            if isinstance(value, str):
                holders = self._holders[name, value]
                holders.discard(number)
                if not holders:
                    del self._holders[name, value]
            else:
                self._column(name)[number] = np.nan

    def held(self, number: int, name: str) -> list[str | float]:
        """Return the values of an item in field ``name``, each once."""
        item = self._items.get(number)
        values = _values(item) if item else ()
        return list(dict.fromkeys(value for field, value in values if field == name))

    def names(self) -> set[str]:
        """Return the fields that an item has."""
        numbers = {name for name, column in self._numbers.items() if not np.isnan(column).all()}
        return numbers | {name for name, _ in self._holders}

    def _column(self, name: str) -> NDArray[np.float64]:
        if name not in self._numbers:
            self._numbers[name] = np.full(self._rows, np.nan)
        return self._numbers[name]

    def holding(self, name: str, texts: list[str]) -> NDArray[np.bool_]:
        """Return bool[items]: which contain one of ``texts`` in field ``name``."""
        mask = np.zeros(self._rows, dtype=np.bool_)
        for text in texts:
            mask[list(self._holders.get((name, text), ()))] = True
        return mask

    def compared(self, name: str, compare: Callable[..., Any], number: float) -> NDArray[np.bool_]:
        """Return bool[items]: whose number in field ``name`` passes; False without a number."""
        if name not in self._numbers:
            return np.zeros(self._rows, dtype=np.bool_)
        numbers = self._numbers[name]
        mask: NDArray[np.bool_] = compare(numbers, number) & ~np.isnan(numbers)
        return mask


def _values(item: Item) -> Iterator[tuple[str, str | float]]:
    """Yield (field, value) of everything that a filter can test."""
    yield from (("categories", category) for category in item.categories)
    yield from (("tags", tag) for tag in item.tags)
    yield "available", "true" if item.available else "false"
    if item.price is not None:
        yield "price", item.price
    yield from item.features
