"""Act rates that number their changes, so that who keeps figures of a placement knows when to stop.

The numbers are no state: each process counts its own, and no answer depends on them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.measures.act_rates import ActRates

Version = tuple[int, float]
"""The number of the last change of a placement, and the half-life."""


class NumberedActRates(ActRates):
    """`ActRates`, with a version and a count of lists by placement."""

    def __init__(self) -> None:
        super().__init__()
        self._last = self._everywhere = 0
        self._changed: dict[str, int] = {}
        self._lists: dict[str, int] = {}

    def version(self, placement: str) -> Version:
        """Return what differs as soon as the counts of a placement do, but for their fading."""
        return max(self._everywhere, self._changed.get(placement, 0)), self.half_life_s

    def lists_at(self, placement: str) -> int:
        """Return how many lists this process has counted at a placement."""
        return self._lists.get(placement, 0)

    def observe(
        self, placement: str, items: NDArray[np.int32], acted: NDArray[np.bool_], at_s: float
    ) -> None:
        """See `ActRates.observe`."""
        super().observe(placement, items, acted, at_s)
        at = self.placement_of(placement)
        self._changed[at] = self._next()
        self._lists[at] = self.lists_at(at) + 1

    def forget(self, items: NDArray[np.int32]) -> None:
        """See `ActRates.forget`: the numbers are those of other items from now on."""
        for placement in self.placements:
            if np.isin(items, self.at(placement, 0.0).items).any():
                self._changed[placement] = self._next()
        super().forget(items)

    def drop(self, placement: str) -> None:
        """See `ActRates.drop`."""
        super().drop(placement)
        self._everywhere = self._next()
        self._changed.pop(placement, None)
        self._lists.pop(placement, None)

    def set_back(self, now_s: float) -> None:
        """See `ActRates.set_back`."""
        super().set_back(now_s)
        self._everywhere = self._next()

    def load(self, state: dict[str, Any]) -> None:
        """See `ActRates.load`."""
        super().load(state)
        self._changed, self._lists = {}, {}
        self._everywhere = self._next()

    def _next(self) -> int:
        self._last += 1
        return self._last
