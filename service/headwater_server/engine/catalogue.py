"""The shop's items: their numbers, what the shop says of them, and who may be shown now."""

from __future__ import annotations

import heapq
import json
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.columns import Columns
from headwater_server.engine.entries import Item, ItemWrite
from headwater_server.models.base import CAPACITY_START, grown

ITEM_FIELDS = tuple(field.name for field in fields(Item) if field.name != "item_id")
NEW_MAX = 20
_NEVER_MS = np.iinfo(np.int64).max
_WORD = re.compile(r"[^\W_]+")


def content_tokens(item: Item) -> Iterator[str]:
    """Yield ``field:word`` of the item's texts; numbers and prices say too little.

    >>> list(content_tokens(Item("1", title="Red lamp", categories=("Garden",))))
    ['categories:garden', 'title:red', 'title:lamp']
    """
    for category in item.categories:
        yield f"categories:{category.casefold()}"
    for tag in item.tags:
        yield f"tags:{tag.casefold()}"
    for word in _WORD.findall(item.title.casefold()):
        yield f"title:{word}"
    for name, value in item.features:
        if isinstance(value, str):
            yield from (f"{name}:{word}" for word in _WORD.findall(value.casefold()))


class Catalogue:
    """Items by id and by number, in order of their last activity.

    A number is given when an item is first heard of, in the catalogue or in an event, and is
    the row of the item in every model. ``spare_row``, the row after the last, stands for any
    item that was never heard of: it is zero everywhere.
    """

    _row_arrays = ("available", "publish_ms", "expire_ms")

    def __init__(self, items_max: int) -> None:
        self.items_max = items_max
        self._numbers: OrderedDict[str, int] = OrderedDict()
        self.ids: list[str] = []
        self._items: dict[int, Item] = {}
        self._set_times_ms: dict[int, dict[str, int]] = {}
        self._deleted: set[int] = set()
        self._spare: list[int] = []
        self.newest: list[int] = []
        self.columns = Columns()
        self.available = np.ones(CAPACITY_START, dtype=np.bool_)
        self.publish_ms = np.zeros(CAPACITY_START, dtype=np.int64)
        self.expire_ms = np.full(CAPACITY_START, _NEVER_MS, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def spare_row(self) -> int:
        """A row that no item has."""
        return len(self.ids)

    @property
    def rows(self) -> int:
        """Length that arrays over items need, the spare row included: a power of two."""
        return max(CAPACITY_START, 1 << len(self.ids).bit_length())

    def number(self, item_id: str) -> int | None:
        """Return the number of an item that was heard of; a pure read."""
        return self._numbers.get(item_id)

    def get(self, item_id: str) -> Item | None:
        """Return what the shop said of an item; None if it was never put into the catalogue."""
        number = self._numbers.get(item_id)
        if number is None or number in self._deleted:
            return None
        return self._items.get(number)

    def is_full(self) -> bool:
        """Whether a new item needs `evict` first."""
        return len(self._numbers) >= self.items_max

    def enter(self, item_id: str) -> int:
        """Return the number of ``item_id``, given now if it is new; it is the most active."""
        number = self._numbers.get(item_id)
        if number is not None:
            self._numbers.move_to_end(item_id)
            return number
        if self._spare:
            number = self._spare.pop()
            self.ids[number] = item_id
        else:
            number = len(self.ids)
            self.ids.append(item_id)
        self._numbers[item_id] = number
        self._reserve()
        return number

    def _reserve(self) -> None:
        before = len(self.available)
        if self.rows > before:
            for name in self._row_arrays:
                setattr(self, name, grown(getattr(self, name), self.rows))
            self.columns.reserve(self.rows)
            self.available[before:] = True
            self.expire_ms[before:] = _NEVER_MS

    def evict(self) -> NDArray[np.int32]:
        """Forget the 64th part that was inactive longest; return the numbers that are free."""
        count = max(1, self.items_max // 64)
        gone = [self._numbers.popitem(last=False)[1] for _ in range(min(count, len(self)))]
        for number in gone:
            self.ids[number] = ""
            self._items.pop(number, None)
            self._deleted.discard(number)
            self.columns.drop(number)
            self._set_times_ms.pop(number, None)
            self.available[number], self.publish_ms[number] = True, 0
            self.expire_ms[number] = _NEVER_MS
        self.newest = [number for number in self.newest if number not in set(gone)]
        self._spare += gone
        return np.array(gone, dtype=np.int32)

    def write(self, number: int, write: ItemWrite, now_ms: int) -> bool:
        """Put fields of an item; return whether any was newer than what is there."""
        set_ms = now_ms if write.set_time_ms is None else write.set_time_ms
        times = self._set_times_ms.setdefault(number, {})
        names = write.fields or ITEM_FIELDS
        newer = [name for name in names if set_ms >= times.get(name, set_ms)]
        if number not in self._items:
            self.newest = [*self.newest, number][-NEW_MAX:]
        item = self._items.get(number) or Item(write.item.item_id)
        item = replace(item, **{name: getattr(write.item, name) for name in newer})
        times.update(dict.fromkeys(newer, set_ms))
        if newer:
            self._deleted.discard(number)
        self._put(number, item)
        return bool(newer)

    def delete(self, number: int, set_ms: int) -> bool:
        """Take an item out; return whether nothing that is there is newer."""
        times = self._set_times_ms.setdefault(number, {})
        if any(set_ms < time_ms for time_ms in times.values()):
            return False
        self._put(number, Item(self.ids[number]))
        self._deleted.add(number)
        self.columns.drop(number)
        self.available[number] = False
        times.update(dict.fromkeys(ITEM_FIELDS, set_ms))
        self.newest = [n for n in self.newest if n != number]
        return True

    def _put(self, number: int, item: Item) -> None:
        self._items[number] = item
        if number in self._deleted:
            return
        self.columns.put(number, item)
        self.available[number] = item.available
        self.publish_ms[number] = item.publish_time_ms
        self.expire_ms[number] = item.expire_time_ms or _NEVER_MS

    def listed(self, after: str, size: int, passing: NDArray[np.bool_] | None) -> list[Item]:
        """Return up to ``size`` items of the catalogue whose ids come after ``after``, by id."""
        items = (
            item
            for number, item in self._items.items()
            if number not in self._deleted
            and item.item_id > after
            and (passing is None or passing[number])
        )
        return heapq.nsmallest(size, items, key=lambda item: item.item_id)

    def shown_at(
        self, now_ms: int, passing: NDArray[np.bool_] | None = None
    ) -> tuple[Any, Any, Any, int]:
        """Return what kernels need to tell which items, of those ``passing``, may be shown now."""
        available = self.available if passing is None else self.available & passing
        return available, self.publish_ms, self.expire_ms, now_ms

    def shown(self, now_ms: int, passing: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        """Return bool[items]: which, of those ``passing``, may be shown now."""
        n = len(self.ids)
        in_time = (self.publish_ms[:n] <= now_ms) & (now_ms < self.expire_ms[:n])
        shown = self.available[:n] & in_time
        if passing is not None:
            shown &= passing[:n]
        shown[self._spare] = False
        return shown

    def state(self) -> dict[str, Any]:
        """Return items in order of activity, and what the shop said of each."""
        described = list(self._items)
        times = [[self._set_times_ms[n].get(f, -1) for f in ITEM_FIELDS] for n in described]
        return {
            "ids": list(self._numbers),
            "numbers": np.fromiter(self._numbers.values(), dtype=np.int64, count=len(self)),
            "spare": list(self._spare),
            "newest": list(self.newest),
            "deleted": sorted(self._deleted),
            "described": described,
            "items": [_plain(self._items[n]) for n in described],
            "set_times_ms": np.array(times, dtype=np.int64).reshape(-1, len(ITEM_FIELDS)),
            **{name: getattr(self, name) for name in self._row_arrays},
        }

    def load(self, state: dict[str, Any]) -> None:
        """Become what `state` returned elsewhere."""
        self._numbers = OrderedDict(zip(state["ids"], state["numbers"].tolist(), strict=True))
        self._spare = list(state["spare"])
        self.ids = [""] * (len(self._numbers) + len(self._spare))
        for item_id, number in self._numbers.items():
            self.ids[number] = item_id
        self.newest = list(state["newest"])
        self._deleted = set(state["deleted"])
        self._items = {n: _item(p) for n, p in zip(state["described"], state["items"], strict=True)}
        self._set_times_ms = {
            n: {f: t for f, t in zip(ITEM_FIELDS, times, strict=True) if t >= 0}
            for n, times in zip(state["described"], state["set_times_ms"].tolist(), strict=True)
        }
        for name in self._row_arrays:
            setattr(self, name, state[name])
        self.columns = Columns()
        self.columns.reserve(self.rows)
        for number, item in self._items.items():
            if number not in self._deleted:
                self.columns.put(number, item)


def _plain(item: Item) -> str:
    return json.dumps([getattr(item, field.name) for field in fields(Item)])


def _item(plain: str) -> Item:
    return Item(*map(_tuples, json.loads(plain)))


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
