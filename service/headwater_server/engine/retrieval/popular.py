"""The most popular items at several half-lives, stored so that no request scans the shop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.retrieval.leaders import Leaders
from headwater_server.models.popularity.popularity import Popularity

TOP_MAX = 30
REFRESH_EVENTS = 50
_COLUMNS = (1, 2, 3)
_ROOM = 64


class PopularItems:
    """Up to 30 items for each half-life but the shortest, found again every 50 events."""

    def __init__(self, popularity: Popularity) -> None:
        """Begin without items; what teaches ``popularity`` notes the item in ``counted``."""
        self.items = np.zeros(0, dtype=np.int32)
        self.counted = ChangeLog()
        self._leaders = [Leaders(popularity, each, self.counted, _ROOM) for each in _COLUMNS]

    def refresh(self, rows: int) -> None:
        """Find the most popular of the first ``rows`` items."""
        tops = (leaders.first(TOP_MAX, rows).tolist() for leaders in self._leaders)
        # few numbers: sorted without numpy in less time than with it
        self.items = np.array(sorted({item for top in tops for item in top}), dtype=np.int32)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Remove ``items``, whose counts are zero from now on."""
        for item in items.tolist():
            self.counted.note(item)
        self.items = self.items[~np.isin(self.items, items)]

    def state(self) -> dict[str, Any]:
        """Return the items."""
        return {"items": self.items}

    def load(self, state: dict[str, Any], rows: int) -> None:
        """Replace the state by what `state` returned; the counts are loaded before."""
        self.items = state["items"]
        for leaders in self._leaders:
            leaders.first(TOP_MAX, rows)  # now, not within the event that needs them
