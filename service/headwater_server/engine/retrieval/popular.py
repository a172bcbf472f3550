"""The most popular items at several half-lives, stored so that no request scans the shop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.retrieval.leaders import LeadersTogether
from headwater_server.models.popularity.popularity import Popularity
from headwater_server.models.popularity.strangers import Strangers

TOP_MAX = 30
REFRESH_EVENTS = 50
_COLUMNS = (1, 2, 3)
_FIRST_COLUMNS = (1, 3, 4, 5)
"""Of the experts for strangers: the lists of the others are among these and those of above."""
_ROOM = 64


class PopularItems:
    """Up to 30 items for each half-life but the shortest, found again every 50 events.

    ``items`` are everybody's, ``first`` those of visitors without a history.
    """

    def __init__(self, popularity: Popularity, strangers: Strangers) -> None:
        """Begin without items; what teaches either notes the item in ``counted``."""
        self.items = self.first = np.zeros(0, dtype=np.int32)
        self.counted = ChangeLog()
        self._leaders = LeadersTogether(popularity, _COLUMNS, self.counted, _ROOM)
        self._of_first = LeadersTogether(strangers, _FIRST_COLUMNS, self.counted, _ROOM)

    def refresh(self, rows: int) -> None:
        """Find the most popular of the first ``rows`` items."""
        self.items, self.first = _first(self._leaders, rows), _first(self._of_first, rows)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Remove ``items``, whose counts are zero from now on."""
        for item in items.tolist():
            self.counted.note(item)
        self.items = self.items[~np.isin(self.items, items)]
        self.first = self.first[~np.isin(self.first, items)]

    def state(self) -> dict[str, Any]:
        """Return the items."""
        return {"items": self.items, "first": self.first}

    def load(self, state: dict[str, Any], rows: int) -> None:
        """Replace the state by what `state` returned; the counts are loaded before."""
        self.items, self.first = state["items"], state["first"]
        for leaders in (self._leaders, self._of_first):
            leaders.first(TOP_MAX, rows)  # now, not within the event that needs them


def _first(leaders: LeadersTogether, rows: int) -> NDArray[np.int32]:
    """Return the first items of each column of ``leaders``, by number."""
    tops = (top.tolist() for top in leaders.first(TOP_MAX, rows))
    # few numbers: sorted without numpy in less time than with it
    return np.array(sorted({item for top in tops for item in top}), dtype=np.int32)
