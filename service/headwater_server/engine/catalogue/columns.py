"""The catalogue by field instead of by item, so that a filter is a few array operations.

Not state: it is derived from the items, and is rebuilt when they are loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.catalogue.fields import paths
from headwater_server.engine.catalogue.fields.gathering import Texts, gather, paths_of
from headwater_server.engine.catalogue.fields.groups import Groups
from headwater_server.engine.catalogue.fields.item_values import (
    UNIQUE,
    Value,
    item_values,
    values_of,
)
from headwater_server.engine.catalogue.fields.text_hashes import TextHashes
from headwater_server.engine.catalogue.numbering import Numbering
from headwater_server.engine.catalogue.numbers import Numbers
from headwater_server.engine.catalogue.postings import Postings
from headwater_server.engine.messages.entries import Item
from headwater_server.models.base import CAPACITY_START, grown

_ID = "item_id"
_APART = frozenset((_ID, *UNIQUE))
"""Texts without postings: nearly every item has one of its own."""
GROUP_STEP = 1_000
"""Items that get their group in one step: about a millisecond."""


class Columns:
    """Which items contain which text in which field, and each field's numbers.

    >>> columns = Columns()
    >>> columns.put(0, Item("a", categories=("tea > green",), price=3.0))
    >>> columns.holding("categories", ["tea"])[:2].tolist()
    [False, False]
    >>> columns.in_branch("categories", ["tea"])[:2].tolist()
    [True, False]
    >>> columns.compared("price", np.less, 5.0)[:2].tolist()
    [True, False]
    """

    def __init__(self, rows: int = CAPACITY_START, numbered: Numbering | None = None) -> None:
        """``numbered`` knows also the items without data, which have an id and nothing else."""
        self.written = ChangeLog()
        self.changed = np.zeros(rows, dtype=np.int64)  # an item's last version
        self.rows = rows
        self.groups = Groups(rows)
        self._numbered = numbered
        self._postings: dict[str, Postings] = {}
        self._paths: dict[str, Postings] = {}
        self._unique: dict[str, TextHashes] = {}
        self._numbers: dict[str, Numbers] = {}
        self._items: list[Item | None] = [None] * rows
        self.left: dict[int, Item] = {}
        """What is left of deleted items: their group."""

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        if rows <= self.rows:
            return
        self.rows = rows
        self.changed = grown(self.changed, rows)
        self._items += [None] * (rows - len(self._items))
        self.groups.reserve(rows)
        columns: list[Postings | TextHashes | Numbers] = [*self._postings.values()]
        columns += [*self._paths.values(), *self._unique.values(), *self._numbers.values()]
        for column in columns:
            column.reserve(rows)

    def put(self, number: int, item: Item) -> None:
        """Store the current data of an item."""
        self.drop(number)
        self._items[number] = item
        self.groups.put(number, item)
        for name, value in values_of(item):
            if not isinstance(value, str):
                self._column(self._numbers, name, Numbers).put(number, value)
            elif name not in _APART:
                self._column(self._postings, name, Postings).add(value, number)
            elif name != _ID:
                self._column(self._unique, name, TextHashes).put(number, value)
        for name, key in _path_keys(item):
            self._column(self._paths, name, Postings).add(key, number)

    def _column(self, columns: dict[str, Any], name: str, make: Callable[[int], Any]) -> Any:
        column = columns.get(name)
        if column is None:
            column = columns[name] = make(self.rows)
        return column

    def fill(self, items: Iterable[tuple[int, Item]]) -> None:
        """Store the data of items at once, where there is none; quicker than one by one."""
        texts: Texts = defaultdict(lambda: defaultdict(list))
        parts: Texts = defaultdict(lambda: defaultdict(list))
        numbers: dict[str, dict[int, float]] = defaultdict(dict)
        unique: dict[str, dict[int, str]] = defaultdict(dict)
        keys: dict[str, tuple[str, ...]] = {}
        for number, item in items:
            self._items[number] = item
            self.groups.put(number, item)
            gather(number, item, texts, numbers, unique)
            for name, text in paths_of(item):
                if text not in keys:
                    keys[text] = tuple(paths.keys(text))
                for key in keys[text]:
                    parts[name][key].append(number)
        self._fill(self._postings, texts)
        self._fill(self._paths, parts)
        for name, values in numbers.items():
            self._numbers[name] = Numbers(self.rows)
            self._numbers[name].fill(values)
        for name, held in unique.items():
            self._unique[name] = TextHashes(self.rows)
            self._unique[name].fill(held)

    def _fill(self, postings: dict[str, Postings], texts: Texts) -> None:
        for name, holders in texts.items():
            postings[name] = Postings(self.rows)
            for text, held in holders.items():
                postings[name].fill(text, held)

    def drop(self, number: int) -> None:
        """Remove an item."""
        self.written.note(number)
        self.changed[number] = self.written.version
        item, self._items[number] = self._items[number], None
        self.groups.drop(number)
        self.left.pop(number, None)
        if item is None:
            return
        for name, value in values_of(item):
            if not isinstance(value, str):
                self._numbers[name].drop(number)
            elif name in UNIQUE:
                self._unique[name].drop(number)
            elif name != _ID:
                self._postings[name].remove(value, number)
        for name, key in _path_keys(item):
            self._paths[name].remove(key, number)

    def leave(self, number: int, left: Item) -> None:
        """Remove an item, but for what is ``left`` of it: see `Groups.only`."""
        self.drop(number)
        self.left[number] = left
        self.groups.put(number, left)

    def group_by(self, field: str, variants_max: int) -> Generator[None, None, None]:
        """Take the groups from this field, and allow so many items of one in a list; in steps."""
        self.groups.variants_max = variants_max
        if self.groups.by(field):
            for number in range(len(self._items)):
                item = self._items[number] or self.left.get(number)
                if item is not None:
                    self.groups.put(number, item)
                if number % GROUP_STEP == 0:
                    yield

    def held(self, number: int, name: str) -> list[Value]:
        """Return the values of an item in field ``name``, each once."""
        return self.values(number).get(name, [])

    def values(self, number: int) -> dict[str, list[Value]]:
        """Return the values of an item by field, each once."""
        item = self._items[number]
        if item is not None:
            return item_values(item)
        ids = self._numbered.ids if self._numbered else []
        return {_ID: [ids[number]]} if number < len(ids) and ids[number] else {}

    def names(self) -> set[str]:
        """Return the fields that an item has."""
        columns = [*self._numbers.items(), *self._postings.items(), *self._unique.items()]
        return {name for name, column in columns if column} | {_ID}

    def kinds(self, name: str) -> set[type]:
        """Return what the field holds: texts (`str`), numbers (`float`), both, or nothing."""
        has_texts = name == _ID or self._postings.get(name) or self._unique.get(name)
        return ({str} if has_texts else set()) | ({float} if self._numbers.get(name) else set())

    def holding(self, name: str, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Return bool[items]: which contain one of ``texts`` in field ``name``.

        The spaces around the marks of a path do not count.
        """
        if name == _ID:
            return self._with_ids(texts)
        if name in self._unique:
            return self._unique[name].mask(texts, lambda item: self.held(item, name))
        found = self._posted(self._postings, name, texts)
        if keys := paths.exact_keys(texts):
            found |= self._posted(self._paths, name, keys)
        return found

    def in_branch(self, name: str, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Return bool[items]: which contain one of ``texts``, or a path that begins with one."""
        plain = [*texts, *map(paths.path, texts)]
        below = self._posted(self._paths, name, paths.branch_keys(texts))
        return self.holding(name, list(dict.fromkeys(plain))) | below

    def _posted(
        self, postings: Mapping[str, Postings], name: str, texts: Iterable[str]
    ) -> NDArray[np.bool_]:
        column = postings.get(name)
        return np.zeros(self.rows, dtype=np.bool_) if column is None else column.mask(texts)

    def _with_ids(self, item_ids: Iterable[str]) -> NDArray[np.bool_]:
        found = np.zeros(self.rows, dtype=np.bool_)
        if self._numbered:
            numbers = [self._numbered.number(item_id) for item_id in item_ids]
            found[[number for number in numbers if number is not None]] = True
        else:
            wanted = set(item_ids)
            found[[n for n, item in enumerate(self._items) if item and item.item_id in wanted]] = (
                True
            )
        return found

    def with_texts(self, name: str) -> NDArray[np.bool_]:
        """Return bool[items]: which contain any text in field ``name``."""
        if name == _ID:
            return self._with_ids(self._numbered.ids if self._numbered else ())
        if name in self._unique:
            return self._unique[name].filled()
        column = self._postings.get(name)
        return np.zeros(self.rows, dtype=np.bool_) if column is None else column.filled()

    def compared(self, name: str, compare: Callable[..., Any], number: float) -> NDArray[np.bool_]:
        """Return bool[items]: whose number in field ``name`` passes; False without a number."""
        numbers = self._numbers.get(name)
        if numbers is None:
            return np.zeros(self.rows, dtype=np.bool_)
        return numbers.compared(compare, number)


def _path_keys(item: Item) -> Iterable[tuple[str, str]]:
    """Return (field, key) of all paths of an item, each once."""
    found = paths_of(item)
    return dict.fromkeys((name, key) for name, text in found for key in paths.keys(text)) or ()
