"""The catalogue by field instead of by item, so that a filter is a few array operations.

Not state: it is derived from the items, and is rebuilt when they are loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.catalogue.numbers import Numbers
from headwater_server.engine.catalogue.postings import Postings
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

    def __init__(self, rows: int = CAPACITY_START) -> None:
        self.written = ChangeLog()
        self.changed = np.zeros(rows, dtype=np.int64)  # an item's last version
        self.rows = rows
        self._postings: dict[str, Postings] = {}
        self._numbers: dict[str, Numbers] = {}
        self._items: list[Item | None] = [None] * rows

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        if rows <= self.rows:
            return
        self.rows = rows
        self.changed = grown(self.changed, rows)
        self._items += [None] * (rows - len(self._items))
        for postings in self._postings.values():
            postings.reserve(rows)
        for numbers in self._numbers.values():
            numbers.reserve(rows)

    def put(self, number: int, item: Item) -> None:
        """Store the current data of an item."""
        self.drop(number)
        self._items[number] = item
        for name, value in _values(item):
            if isinstance(value, str):
                if name not in self._postings:
                    self._postings[name] = Postings(self.rows)
                self._postings[name].add(value, number)
            else:
                if name not in self._numbers:
                    self._numbers[name] = Numbers(self.rows)
                self._numbers[name].put(number, value)

    def fill(self, items: Iterable[tuple[int, Item]]) -> None:
        """Store the data of items at once, where there is none; quicker than one by one."""
        texts: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        numbers: dict[str, dict[int, float]] = defaultdict(dict)
        for number, item in items:
            self._items[number] = item
            _gather(number, item, texts, numbers)
        for name, holders in texts.items():
            self._postings[name] = Postings(self.rows)
            for text, held in holders.items():
                self._postings[name].fill(text, held)
        for name, values in numbers.items():
            self._numbers[name] = Numbers(self.rows)
            self._numbers[name].fill(values)

    def drop(self, number: int) -> None:
        """Remove an item."""
        self.written.note(number)
        self.changed[number] = self.written.version
        item, self._items[number] = self._items[number], None
        for name, value in _values(item) if item else ():
            if isinstance(value, str):
                self._postings[name].remove(value, number)
            else:
                self._numbers[name].drop(number)

    def held(self, number: int, name: str) -> list[str | float]:
        """Return the values of an item in field ``name``, each once."""
        item = self._items[number]
        values = _values(item) if item else ()
        return [value for field, value in values if field == name]

    def values(self, number: int) -> dict[str, list[str | float]]:
        """Return the values of an item by field, each once."""
        item = self._items[number]
        return item_values(item) if item else {}

    def names(self) -> set[str]:
        """Return the fields that an item has."""
        columns = [*self._numbers.items(), *self._postings.items()]
        return {name for name, column in columns if column}

    def holding(self, name: str, texts: Iterable[str]) -> NDArray[np.bool_]:
        """Return bool[items]: which contain one of ``texts`` in field ``name``."""
        postings = self._postings.get(name)
        return np.zeros(self.rows, dtype=np.bool_) if postings is None else postings.mask(texts)

    def compared(self, name: str, compare: Callable[..., Any], number: float) -> NDArray[np.bool_]:
        """Return bool[items]: whose number in field ``name`` passes; False without a number."""
        numbers = self._numbers.get(name)
        if numbers is None:
            return np.zeros(self.rows, dtype=np.bool_)
        return numbers.compared(compare, number)


def _gather(
    number: int,
    item: Item,
    texts: Mapping[str, Mapping[str, list[int]]],
    numbers: Mapping[str, dict[int, float]],
) -> None:
    """Add an item to the holders of each of its values; as `_all_values`, without a generator."""
    for category in item.categories:
        texts["categories"][category].append(number)
    for tag in item.tags:
        texts["tags"][tag].append(number)
    texts["available"]["true" if item.available else "false"].append(number)
    if item.price is not None:
        numbers["price"][number] = item.price
    for name, value in dict.fromkeys(item.features):
        if isinstance(value, str):
            texts[name][value].append(number)
        else:
            numbers[name][number] = value


def item_values(item: Item) -> dict[str, list[str | float]]:
    """Return the values of an item by field, each once.

    >>> item_values(Item("a", tags=("new",), price=3.0))
    {'tags': ['new'], 'available': ['true'], 'price': [3.0]}
    """
    values: dict[str, list[str | float]] = {}
    for name, value in _values(item):
        values.setdefault(name, []).append(value)
    return values


def _values(item: Item) -> Iterable[tuple[str, str | float]]:
    """Return (field, value) of everything that a filter can test, each once."""
    return dict.fromkeys(_all_values(item))


def _all_values(item: Item) -> Iterator[tuple[str, str | float]]:
    yield from (("categories", category) for category in item.categories)
    yield from (("tags", tag) for tag in item.tags)
    yield "available", "true" if item.available else "false"
    if item.price is not None:
        yield "price", item.price
    yield from item.features
