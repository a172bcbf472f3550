"""What the arms of a hold-out did by day: so the lift of any days can be read.

The visitors of an arm are in `GROUPS` groups, for good. A day keeps sums by group, and days of a
group add up exactly; how the groups differ says how far the arm's sums may be by chance. So no day
needs a row for each visitor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

GROUPS = 64
"""Groups of an arm's visitors: intervals are 4 % wider than with each visitor alone."""
ENTERED, DAY_ACTS, DAY_PURCHASES, DAY_REVENUE, DAY_SLOTS, DAY_CLICKS = range(6)
WIDTH = 6
Table = NDArray[np.float64]
"""Sums by arm, group and column."""
NO_TABLE: Table = np.zeros((0, GROUPS, WIDTH))


class DailySums:
    """Sums of each day, at most ``most`` days; earlier ones are added up in one table.

    >>> days = DailySums(arms=2, most=2)
    >>> for day in (5, 6, 7):
    ...     days.at(day)[1, 0, ENTERED] += 1.0
    >>> days.first, float(days.until(7)[1].sum()), float(days.between(7, 9)[1].sum())
    (6, 3.0, 1.0)
    """

    def __init__(self, arms: int, most: int) -> None:
        self.most = most
        self._earlier: Table = np.zeros((arms, GROUPS, WIDTH))
        self._days: dict[int, Table] = {}

    @property
    def first(self) -> int | None:
        """The first day that has sums of its own, None if earlier ones have them, too."""
        return min(self._days, default=None) if self._earlier.any() else None

    def at(self, day: int) -> Table:
        """Return the table of a day, to be added to."""
        found = self._days.get(day)
        if found is not None:
            return found
        if len(self._days) >= self.most and day < min(self._days):
            return self._earlier  # the store's clock was set back
        found = self._days[day] = np.zeros_like(self._earlier)
        for old in sorted(self._days)[: max(0, len(self._days) - self.most)]:
            self._earlier += self._days.pop(old)
        return found

    def between(self, first: int, last: int) -> Table:
        """Return the sums of the days ``first`` to ``last``."""
        found = np.zeros_like(self._earlier)
        for day in sorted(self._days):
            if first <= day <= last:
                found += self._days[day]
        return found

    def until(self, last: int) -> Table:
        """Return the sums from the beginning to a day."""
        return self._earlier + self.between(min(self._days, default=last), last)

    def state(self) -> dict[str, Any]:
        """Return all days."""
        numbers = sorted(self._days)
        tables = [self._days[number] for number in numbers]
        return {
            "numbers": np.array(numbers, np.int64),
            "tables": np.array(tables, np.float64).reshape(-1, *self._earlier.shape),
            "earlier": self._earlier.copy(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._earlier = state["earlier"]
        self._days = dict(zip(state["numbers"].tolist(), list(state["tables"].copy()), strict=True))
