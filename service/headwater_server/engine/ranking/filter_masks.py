"""Which items pass a filter: evaluated once for all items, then again only for those written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue import filters
from headwater_server.engine.catalogue.bounded_cache import BoundedCache
from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.filters import Filter
from headwater_server.engine.catalogue.item_bits import ItemBits
from headwater_server.models.base import grown

MASKS_BYTES_MAX = 64_000_000
ROWS_AN_ITEM = 500
"""Evaluating one item by itself takes as long as about so many rows among all items."""
ONES_MIN = 8
"""So many items are always evaluated by themselves."""


@dataclass(slots=True)
class _Kept:
    """What passes one filter, at a version of the columns; ``shown`` only if it was asked for."""

    filter: Filter
    columns: Columns
    version: int
    passing: ItemBits
    shown: NDArray[np.bool_] | None = None

    @property
    def nbytes(self) -> int:
        own = len(self.filter.text) + self.passing.nbytes
        return own if self.shown is None else own + self.shown.nbytes


class FilterMasks:
    """The filters used last, each as a set of items. Not state."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.kept: BoundedCache[str, _Kept] = BoundedCache(MASKS_BYTES_MAX)

    def passing(self, text: str) -> ItemBits:
        """Return the items that pass a filter."""
        return self._at(text).passing

    def shown(self, text: str) -> NDArray[np.bool_]:
        """Return bool[rows]: items that pass, all of them with "", and are available."""
        available = self._catalogue.available
        if not text:
            return available
        kept = self._at(text)
        if kept.shown is None:
            kept.shown = kept.passing.mask() & available
            self.kept.put(text, kept, kept.nbytes)
        return kept.shown

    def _at(self, text: str) -> _Kept:
        """Return the filter's items at the present version."""
        kept, columns = self.kept.get(text), self._catalogue.columns
        if kept is None or kept.columns is not columns or not self._updated(kept):
            found = filters.parse(text)
            kept = _Kept(found, columns, columns.written.version, ItemBits(found.mask(columns)))
            self.kept.put(text, kept, kept.nbytes)
        return kept

    def _updated(self, kept: _Kept) -> bool:
        """Evaluate what was written; return False if all items are to be evaluated instead."""
        columns = kept.columns
        if kept.version == columns.written.version and kept.passing.rows == columns.rows:
            return True
        changed = columns.written.since(kept.version)
        if changed is None or ROWS_AN_ITEM * (len(changed) - ONES_MIN) > columns.rows:
            return False
        if kept.passing.rows < columns.rows:
            self._grow(kept)
        for number in changed.tolist():
            passes = kept.filter.passes(columns.values(number))
            kept.passing.put(number, is_in=passes)
            if kept.shown is not None:
                kept.shown[number] = passes and self._catalogue.available[number]
        kept.version = columns.written.version
        return True

    def _grow(self, kept: _Kept) -> None:
        """Make room for items whose numbers are new: none of them has data yet."""
        passes = kept.filter.passes({})
        kept.passing.grow(kept.columns.rows, are_in=passes)
        if kept.shown is not None:
            kept.shown = grown(kept.shown, kept.columns.rows, passes)
        self.kept.put(kept.filter.text, kept, kept.nbytes)
