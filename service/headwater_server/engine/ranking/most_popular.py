"""The most popular items that may be shown and pass a filter, for lists with too few candidates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.bounded_cache import BoundedCache
from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.ranking.filter_masks import FilterMasks
from headwater_server.engine.retrieval.top_list import TopList
from headwater_server.models.popularity.popularity import Popularity

Items = NDArray[np.int32]
Allowed = Callable[[Items], NDArray[np.bool_]]
"""Which of some items a request allows."""
ROOM, ROOM_MAX = 512, 8_192
HEAD = 3
"""So many times as many items as are asked for are looked at first: few are not allowed."""
LISTS_BYTES_MAX = 16_000_000
_COLUMN = -1  # the longest half-life


@dataclass(slots=True)
class _Kept:
    """The head of the order of one filter, at versions of catalogue and counts."""

    top: TopList
    columns: Columns
    written: int
    counted: int
    origin: float


class MostPopular:
    """Keeps the head of each filter's items by popularity, ties by number. Not state.

    ``counted`` notes each item that is learned from.
    """

    def __init__(
        self, popularity: Popularity, catalogue: Catalogue, masks: FilterMasks, counted: ChangeLog
    ) -> None:
        self._popularity = popularity
        self._catalogue = catalogue
        self._masks = masks
        self._counted = counted
        self._kept: BoundedCache[str, _Kept] = BoundedCache(LISTS_BYTES_MAX)

    def among(self, text: str, allowed: Allowed, count: int) -> Items:
        """Return the first ``count`` available items that pass the filter and are ``allowed``."""
        top = self._at(text).top
        head = top.items[: HEAD * count]
        found = head[allowed(head)]
        if len(found) < count:
            found = top.items[allowed(top.items)]
        while len(found) < count and not top.is_whole and top.room < ROOM_MAX:
            top.room *= 4  # also for the next question
            top.make(self._all(text), self._values)
            found = top.items[allowed(top.items)]
        if len(found) < count and not top.is_whole:
            whole = TopList(count)
            whole.make(self.all_allowed(text, allowed), self._values)
            found = whole.items
        return found[:count]

    def all_allowed(self, text: str, allowed: Allowed) -> Items:
        """Return all available items that pass the filter and are ``allowed``, by number."""
        top = self._at(text).top
        items = np.sort(top.items) if top.is_whole else self._all(text)
        return items[allowed(items)]

    @property
    def _values(self) -> NDArray[np.float64]:
        return self._popularity.stored[:, _COLUMN]

    def _all(self, text: str) -> Items:
        """Return the available items that pass the filter, by number: a look at all items."""
        shown = self._masks.shown(text)[: len(self._catalogue.ids)].copy()
        shown[self._catalogue.spare] = False
        return np.flatnonzero(shown).astype(np.int32)

    def _at(self, text: str) -> _Kept:
        """Return the head of a filter's items as it is now."""
        kept, columns = self._kept.get(text), self._catalogue.columns
        if kept is None or kept.columns is not columns or not self._updated(kept, text):
            room = kept.top.room if kept else ROOM
            kept = _Kept(TopList(room), columns, 0, 0, 0.0)
            kept.top.make(self._all(text), self._values)
            self._kept.put(text, kept, 100 + len(text) + 8 * ROOM_MAX)
        kept.written, kept.counted = columns.written.version, self._counted.version
        kept.origin = float(self._popularity.origins[_COLUMN])
        return kept

    def _updated(self, kept: _Kept, text: str) -> bool:
        """Look at the items that changed; return False if the list must be made again instead."""
        written, counted = kept.columns.written, self._counted
        if kept.written == written.version and kept.counted == counted.version:
            return True
        changed, learned = written.since(kept.written), counted.since(kept.counted)
        if changed is None or learned is None:
            return False
        if kept.origin != self._popularity.origins[_COLUMN]:
            return False
        if len(learned):
            changed = np.union1d(changed, learned)
        are_in = self._masks.shown(text)[changed] & self._catalogue.has_numbers(changed)
        kept.top.update(changed, are_in, self._values)
        return kept.top.is_whole or len(kept.top.items) >= kept.top.room // 2
