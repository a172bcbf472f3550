"""The most popular items at one half-life, which no request and no event searches the shop for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.retrieval.top_list import TopList, update_all
from headwater_server.models.popularity.popularity import Popularity
from headwater_server.models.popularity.strangers import Strangers


class Leaders:
    """The items with the largest values above zero in one column of a popularity.

    ``counted`` notes each item whose count changes. The order of the others stays, since all decay
    alike; only when a column is scaled down, rounding may make two of them equal, so that their
    numbers decide: then, and at the start, all items are looked at.
    """

    def __init__(
        self, popularity: Popularity | Strangers, column: int, counted: ChangeLog, room: int
    ) -> None:
        self._popularity = popularity
        self._column = column
        self._counted = counted
        self._top = TopList(room)
        self._version = -1
        self._origin = np.nan

    def first(self, count: int, rows: int) -> NDArray[np.int32]:
        """Return up to ``count`` of the first ``rows`` items, the most popular first."""
        values = self._popularity.stored[:rows, self._column]
        self._top.room = max(self._top.room, count)
        if not (self._updated(values) and self._top.has(count)):
            self._top.make(np.flatnonzero(values > 0.0).astype(np.int32), values)
        self._version = self._counted.version
        self._origin = float(self._popularity.origins[self._column])
        return self._top.items[:count]

    def _updated(self, values: NDArray[np.float64]) -> bool:
        """Look at what changed; return False if the list must be made again instead."""
        changed = self._counted.since(self._version) if self._version >= 0 else None
        if changed is None or self._popularity.origins[self._column] != self._origin:
            return False
        self._top.update(changed, values[changed] > 0.0, values)
        return True


class LeadersTogether:
    """`Leaders` of several columns of one popularity, which are asked for together."""

    def __init__(
        self,
        popularity: Popularity | Strangers,
        columns: Sequence[int],
        counted: ChangeLog,
        room: int,
    ) -> None:
        self._popularity = popularity
        self._columns = np.array(columns, dtype=np.int64)
        self._counted = counted
        self._tops = [TopList(room) for _ in columns]
        self._version = -1
        self._origins = np.full(len(columns), np.nan)

    def first(self, count: int, rows: int) -> list[NDArray[np.int32]]:
        """Return what `Leaders.first` does, of each column."""
        stored = self._popularity.stored[:rows]
        changed = self._counted.since(self._version) if self._version >= 0 else None
        origins = self._popularity.origins[self._columns]
        have_same = (origins == self._origins).tolist()
        if changed is not None and len(changed):
            update_all(self._tops, changed, stored, self._columns)
        for top, column, has_same in zip(self._tops, self._columns, have_same, strict=True):
            top.room = max(top.room, count)
            if changed is None or not has_same or not top.has(count):
                values = stored[:, column]
                top.make(np.flatnonzero(values > 0.0).astype(np.int32), values)
        self._version, self._origins = self._counted.version, origins
        return [top.items[:count] for top in self._tops]
