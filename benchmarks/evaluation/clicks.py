"""The chance that a shopper clicks each slot of a list: `Simulator.visit`, worked out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.evaluation.simulator import INTENT, SLOTS_SEEN_MAX, Shopper, Simulator

SLOTS_SEEN_MIN = 4
LIKE_MAX, LIKE_SCALE = 0.5, 120.0
Floats = NDArray[np.float64]


class Clicks:
    """The clicks of one shopper, as the shopper's taste is now.

    With an item in mind, the shopper clicks it wherever it is; else the shopper looks at some of
    the first slots, and stops at the first item that is liked enough.
    """

    def __init__(self, simulator: Simulator, shopper: Shopper) -> None:
        items = simulator.shop.items
        likes = np.array([shopper.likes(item) for item in items])
        wanted = np.array([item.popularity for item in items]) * likes
        self._rows = {item.item_id: row for row, item in enumerate(items)}
        self._wanted = wanted / wanted.sum()
        self._liked = np.minimum(LIKE_MAX, likes / LIKE_SCALE)

    def chances(self, shown: Sequence[str]) -> Floats:
        """Return the chance of a click by slot; at most one slot is clicked in a visit."""
        rows = np.array([self._rows[item_id] for item_id in shown], dtype=np.int64)
        liked = self._liked[rows]
        passed = np.concatenate(([1.0], np.cumprod(1.0 - liked)[:-1]))
        ends = np.arange(SLOTS_SEEN_MIN, SLOTS_SEEN_MAX + 1)
        looks = (ends[None, :] > np.arange(len(rows))[:, None]).mean(axis=1)
        return np.asarray(INTENT * self._wanted[rows] + (1.0 - INTENT) * passed * liked * looks)
