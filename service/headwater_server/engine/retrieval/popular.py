"""The most popular items at several half-lives, stored so that no request scans the shop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.popularity.popularity import Popularity

TOP_MAX = 30
REFRESH_EVENTS = 50
_COLUMNS = (1, 2, 3)


class PopularItems:
    """Up to 30 items for each half-life but the shortest, found again every 50 events."""

    def __init__(self) -> None:
        self.items = np.zeros(0, dtype=np.int32)

    def refresh(self, popularity: Popularity, rows: int) -> None:
        """Find the most popular of the first ``rows`` items."""
        tops = [_top(popularity.stored[:rows, column]) for column in _COLUMNS]
        self.items = np.unique(np.concatenate(tops)).astype(np.int32)

    def forget(self, items: NDArray[np.int32]) -> None:
        """Remove ``items``."""
        self.items = self.items[~np.isin(self.items, items)]

    def state(self) -> dict[str, Any]:
        """Return the items."""
        return {"items": self.items}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.items = state["items"]


def _top(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows of the largest values above zero, at most `TOP_MAX`, ties by row."""
    least = 0.0
    if len(values) > TOP_MAX:
        least = max(0.0, np.partition(values, -TOP_MAX)[-TOP_MAX])
    above, equal = np.flatnonzero(values > least), np.flatnonzero(values == least)
    return above if least == 0.0 else np.concatenate((above, equal[: TOP_MAX - len(above)]))
