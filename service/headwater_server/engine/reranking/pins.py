"""The item of each pin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.reranking.candidates import Pool
from headwater_server.engine.reranking.rules import Pin


class Pinned:
    """Pins with their items: ``rows[slot]`` is a row of the candidates, or -1."""

    def __init__(self, pins: Sequence[Pin], pool: Pool, lifts: NDArray[np.float64]) -> None:
        self._pool = pool
        self._base = pool.candidates.scores + lifts
        self.names: dict[int, str] = {}  # of the rules, by item
        self._items: dict[int, int] = {}  # by slot
        for pin in pins:
            if pin.slot <= pool.question.request.page_size and pin.slot not in self._items:
                self._pin(pin)
        self._join()

    def _pin(self, pin: Pin) -> None:
        item = self._named(pin) if pin.item_ids else self._best(pin)
        if item is not None:
            self._items[pin.slot] = item
            self.names[item] = pin.name

    def _named(self, pin: Pin) -> int | None:
        """Return the first item of the pin that passes and may be shown."""
        found = self._pool.scoring.known(pin.item_ids)
        for item in found[self._pool.passing(pin.filter, found)].tolist():
            is_candidate = bool((self._pool.items == item).any())
            if self._is_free(item) and (is_candidate or self._pool.may_join(item)):
                return int(item)
        return None

    def _is_free(self, item: int) -> bool:
        """Whether no slot has the item yet, and the list has room for one of its group."""
        one = np.array([item], dtype=np.int32)
        return item not in self.names and bool(self._have_room(one)[0])

    def _have_room(self, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        if not self._pool.is_by_group:
            return np.ones(len(items), dtype=np.bool_)
        return self._pool.scoring.groups.with_room(items, self.items)

    @property
    def items(self) -> NDArray[np.int32]:
        """The pinned items."""
        return np.array(list(self.names), dtype=np.int32)

    def _best(self, pin: Pin) -> int | None:
        """Return the best candidate that passes, ties by row."""
        items = self._pool.items
        passing = self._pool.passing(pin.filter, items) & ~np.isin(items, list(self.names))
        passing &= self._have_room(items)
        rows = np.flatnonzero(passing)
        return int(items[rows[np.argmax(self._base[rows])]]) if len(rows) else None

    def _join(self) -> None:
        """Add the pinned items that no source proposed."""
        pinned = np.array(list(self._items.values()), dtype=np.int32)
        new = pinned[~np.isin(pinned, self._pool.items)] if len(pinned) else pinned
        if len(new):
            self._pool.scoring.retriever.add_pinned(new)
            self._pool.join(new)

    def rows(self, slots: int) -> NDArray[np.int64]:
        """Return int64[slots]: the pinned row of each slot, -1 for none."""
        rows = np.full(slots, -1, dtype=np.int64)
        for slot, item in self._items.items():
            if slot <= slots:
                rows[slot - 1] = np.flatnonzero(self._pool.items == item)[0]
        return rows
