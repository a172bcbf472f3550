"""The most popular items by half-life, which no request and no event searches the shop for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.retrieval.top_list import TopList, update_all
from headwater_server.models.popularity.popularity import Popularity
from headwater_server.models.popularity.strangers import Strangers


class LeadersTogether:
    """The items with the largest values above zero, in each of some columns of a popularity.

    ``counted`` notes each item whose count changes. The order of the others stays, since all decay
    alike; only when a column is scaled down, rounding may make two of them equal, so that their
    numbers decide: then, and at the start, all items are looked at.
    """

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
        """Return of each column up to ``count`` of the first ``rows`` items, the best first."""
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


class Leaders:
    """`LeadersTogether` of one column."""

    def __init__(
        self, popularity: Popularity | Strangers, column: int, counted: ChangeLog, room: int
    ) -> None:
        self._alone = LeadersTogether(popularity, (column,), counted, room)

    def first(self, count: int, rows: int) -> NDArray[np.int32]:
        """Return up to ``count`` of the first ``rows`` items, the most popular first."""
        return self._alone.first(count, rows)[0]
