"""The shop's items: their data, and which of them may be shown now."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import fields, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sortedcontainers import SortedList

from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.field_times import UNSET, FieldTimes
from headwater_server.engine.catalogue.item_texts import compact, items_of, text_of
from headwater_server.engine.catalogue.numbering import Numbering
from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.snapshot.state import COPY_STEP, Deferred, ScalarList, Stepwise
from headwater_server.models.base import CAPACITY_START, done, growing

ITEM_FIELDS = tuple(field.name for field in fields(Item) if field.name != "item_id")
_PLACES = {name: place for place, name in enumerate(ITEM_FIELDS)}
NEW_MAX = 20
EVICT_STEP = 200  # items whose data is removed in one step: about a millisecond
_ALL = np.zeros(0, dtype=np.bool_)
_NEVER_MS = np.iinfo(np.int64).max
_DEFAULTS = {"available": True, "publish_ms": 0, "expire_ms": _NEVER_MS}
"""Arrays with one row an item, and their values for an item without data."""


class Catalogue(Numbering):
    """Items by number. Everything except an item's text is in arrays, which are quick to copy.

    There are two budgets. Described items have ``items_max`` places and are never removed for
    others. Items that only events name, and deleted ones, have ``event_items_max`` places (0: those
    that ``items_max`` leaves free, at least a quarter of it) and push out only each other.
    """

    def __init__(self, items_max: int, event_items_max: int = 0) -> None:
        super().__init__()
        self.items_max = items_max
        self.event_items_max = event_items_max
        # what this process saw the limits do; not a part of the state
        self.writes_refused = 0
        self.event_items_removed = 0
        self._items: list[Item | None] = [None] * CAPACITY_START
        """By number; of a deleted item only the id."""
        self._deleted: set[int] = set()
        self._sorted: SortedList[str] = SortedList()
        """The ids of the items that are listed."""
        self.newest = np.zeros(0, dtype=np.int32)
        self.columns = Columns(numbered=self)
        self.are_timed = False
        self.available = np.ones(CAPACITY_START, dtype=np.bool_)
        self.publish_ms = np.zeros(CAPACITY_START, dtype=np.int64)
        self.expire_ms = np.full(CAPACITY_START, _NEVER_MS, dtype=np.int64)
        self.set_times = FieldTimes(len(ITEM_FIELDS))

    def get(self, item_id: str) -> Item | None:
        """Return an item's data; None if it is not in the catalogue."""
        number = self._numbers.get(item_id)
        return None if number is None else self.at(number)

    def at(self, number: int) -> Item | None:
        """Return the data of the item with that number; None if there is none."""
        return None if number in self._deleted else self._items[number]

    @property
    def described(self) -> int:
        """How many items the shop describes."""
        return self.kept_count

    @property
    def event_items(self) -> int:
        """How many other items are known: named by events only, or deleted."""
        return len(self._numbers) - self.kept_count

    @property
    def event_places(self) -> int:
        """How many of those may be known."""
        free = self.items_max - self.described
        return self.event_items_max or max(1, self.items_max // 4, free)

    def has_place(self, write: ItemWrite, now_ms: int) -> bool:
        """Whether the write needs no new place among the described items, or finds one."""
        number = self._numbers.get(write.item.item_id)
        is_described = number is not None and self._kept[number]
        if is_described or self.described < self.items_max:
            return True
        return number is not None and not self._newer(number, write, now_ms)

    def enter(self, item_id: str) -> int:
        """Return the number of ``item_id``, a new one if needed, and mark it as the most active."""
        known = len(self)
        number = super().enter(item_id)
        for _ in self.reserving(self.rows):
            pass
        if len(self) > known:
            self.columns.written.note(number)
        return number

    def act_on(self, item_id: str) -> int:
        """Do what `enter` does, quickly for a known item."""
        number = self._numbers.get(item_id)
        if number is None:
            return self.enter(item_id)
        if not self._kept[number]:
            self._recency.act(number)
        return number

    def has_room(self, items: int) -> bool:
        """Whether `enter` of new items would remove no other, and no array would grow for them."""
        is_free = self.event_items + items <= self.event_places
        rows = len(self.ids) + max(0, items - len(self.spare))
        return is_free and rows < len(self.available) and self.set_times.has_room

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for items numbered below ``rows``, in steps between which it may be read."""
        if rows > len(self.available):
            for name, default in _DEFAULTS.items():
                longer = yield from growing(getattr(self, name), rows, default)
                setattr(self, name, longer)
            yield from self.set_times.reserving(rows)
            self.columns.reserve(rows)
            self._items += [None] * (rows - len(self._items))
            yield

    def to_evict(self, count: int) -> NDArray[np.int32]:
        """Return the longest inactive items that are not described.

        At least a 64th of their places: each removal reads all models.
        """
        return self.longest_inactive(max(count, self.event_places // 64)).astype(np.int32)

    def evicting(self, gone: NDArray[np.int32]) -> Generator[None, None, None]:
        """Remove the items that `to_evict` found, in steps; their numbers are free after the last.

        Until then they are items without data.
        """
        for place, number in enumerate(gone.tolist(), start=1):
            self._clear(number)
            if place % EVICT_STEP == 0:
                yield
        self.event_items_removed += len(gone)
        for number in self.pop_inactive(len(gone)):
            self.columns.written.note(number)
        self.newest = self.newest[~np.isin(self.newest, gone)]

    def _clear(self, number: int) -> None:
        item, self._items[number] = self._items[number], None
        if item is not None:
            self._sorted.discard(item.item_id)
        self._deleted.discard(number)
        self.columns.drop(number)
        self.set_times.fill(number, UNSET)
        for name, default in _DEFAULTS.items():
            getattr(self, name)[number] = default

    def write(self, number: int, write: ItemWrite, now_ms: int) -> bool:
        """Write fields of an item; return whether any is newer than the stored one."""
        set_ms, newer = self._set_ms(number, write, now_ms), self._newer(number, write, now_ms)
        if self._items[number] is None:
            self.newest = np.append(self.newest, np.int32(number))[-NEW_MAX:]
        item = self._items[number] or Item(write.item.item_id)
        item = replace(item, **{name: getattr(write.item, name) for name in newer})
        self.set_times.put(number, [_PLACES[name] for name in newer], set_ms)
        if newer or number not in self._deleted:
            self._put(number, item)
        return bool(newer)

    def _newer(self, number: int, write: ItemWrite, now_ms: int) -> list[str]:
        """Return the fields of the write that are newer than the stored ones."""
        set_ms, times = self._set_ms(number, write, now_ms), self.set_times.of(number).tolist()
        return [n for n in write.fields or ITEM_FIELDS if set_ms >= times[_PLACES[n]]]

    def _set_ms(self, number: int, write: ItemWrite, now_ms: int) -> int:
        return self.newest_ms(number, now_ms) if write.set_time_ms is None else write.set_time_ms

    def newest_ms(self, number: int, now_ms: int) -> int:
        """Return the time of a write that states none: now, and not before any other write."""
        return max(now_ms, self.set_times.newest(number))

    def delete(self, number: int, set_ms: int) -> bool:
        """Delete an item; return False if any of its data is newer."""
        if set_ms < self.set_times.newest(number):
            return False
        left = self.columns.groups.only(self._items[number] or Item(self.ids[number]))
        self._put(number, Item(self.ids[number], available=False))
        self._deleted.add(number)
        self.release(number)
        self._sorted.discard(self.ids[number])
        self.columns.leave(number, left)
        self.set_times.fill(number, set_ms)
        self._items[number] = Item(self.ids[number])
        self.newest = self.newest[self.newest != number]
        return True

    def set_back(self, now_ms: int) -> None:
        """Count writes that were noted after ``now_ms`` as written then."""
        self.set_times.set_back(now_ms)

    def _put(self, number: int, item: Item) -> None:
        item = compact(replace(item, item_id=self.ids[number]))
        if self._items[number] is None or number in self._deleted:
            self._sorted.add(item.item_id)
        self._items[number] = item
        self._deleted.discard(number)
        self.keep(number)
        self.are_timed |= bool(item.publish_time_ms or item.expire_time_ms)
        self.columns.put(number, item)
        self.available[number] = item.available
        self.publish_ms[number] = item.publish_time_ms
        self.expire_ms[number] = item.expire_time_ms or _NEVER_MS

    def ids_after(self, item_id: str, count: int) -> list[str]:
        """Return the next ``count`` ids of listed items in their order."""
        return list(islice(self._sorted.irange(item_id, inclusive=(False, True)), count))

    def numbers_of(self, ids: Sequence[str]) -> NDArray[np.int32]:
        """Return the numbers of known items."""
        return np.fromiter(map(self._numbers.__getitem__, ids), np.int32, len(ids))

    def shown_at(
        self, now_ms: int, passing: NDArray[np.bool_] | None = None
    ) -> tuple[Any, Any, Any, int, bool, Any]:
        """Return the arrays by which kernels decide which ``passing`` items may be shown now.

        The fifth value: whether any item has a publish or expire time at all. The last one is empty
        if all pass.
        """
        passing = _ALL if passing is None else passing
        return self.available, self.publish_ms, self.expire_ms, now_ms, self.are_timed, passing

    def in_time(self, items: NDArray[np.integer[Any]], now_ms: int) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``items`` are published now, and not expired."""
        if not self.are_timed:
            return np.ones(len(items), dtype=np.bool_)
        is_published: NDArray[np.bool_] = self.publish_ms[items] <= now_ms
        is_current: NDArray[np.bool_] = now_ms < self.expire_ms[items]
        return is_published & is_current

    def shown(self, items: NDArray[np.integer[Any]], now_ms: int) -> NDArray[np.bool_]:
        """Return bool[n]: which of the known ``items`` may be shown now."""
        available: NDArray[np.bool_] = self.available[items]
        return available & self.in_time(items, now_ms)

    def state(self) -> dict[str, Any]:
        """Return items by number, and the data of each."""
        return {
            **super().state(),
            "newest": self.newest,
            "deleted": ScalarList(sorted(self._deleted)),
            "items": Stepwise(self._written),
            "set_times": self.set_times.state(),
            **{name: getattr(self, name) for name in _DEFAULTS},
        }

    def _written(self) -> Generator[None, None, Deferred]:
        """Return the items as JSON; an item never changes, so a thread may write them."""
        items: list[Item | None] = []
        for start in range(0, len(self._items), COPY_STEP):
            items += self._items[start : start + COPY_STEP]
            yield
        left = dict(self.columns.left)

        def write() -> dict[str, Any]:
            numbers = np.array([n for n, item in enumerate(items) if item], dtype=np.int64)
            texts = (text_of(left.get(n, item)) for n, item in enumerate(items) if item)
            return {"numbers": numbers, "texts": ScalarList(texts)}

        return Deferred(write)

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        super().load(state)
        self.newest = state["newest"]
        self._deleted = set(state["deleted"])
        for name in _DEFAULTS:
            setattr(self, name, state[name])
        groups, self.columns = self.columns.groups, Columns(self.rows, self)
        done(self.columns.group_by(groups.field, groups.variants_max))
        self.set_times.load(state["set_times"])
        self._items = [None] * self.rows
        numbers = state["items"]["numbers"].tolist()
        items = items_of(state["items"]["texts"], [self.ids[number] for number in numbers])
        for number, item in zip(numbers, items, strict=True):
            self._items[number] = item
        for number in sorted(self._deleted):
            self.columns.leave(number, self._items[number] or Item(self.ids[number]))
            self._items[number] = Item(self.ids[number])
        described = [number for number in numbers if number not in self._deleted]
        self.columns.fill((number, item) for number in described if (item := self._items[number]))
        self._keep_all(described)
        self._sorted = SortedList(item.item_id for item in map(self.at, self.numbers()) if item)
        timed = (self.publish_ms != 0) | (self.expire_ms != _NEVER_MS)
        self.are_timed = bool(timed.any())
