"""What the arms of a hold-out did by day: so the lift of any days can be read.

The visitors of an arm are in `GROUPS` groups, for good. A day keeps sums by group, and days of a
group add up exactly; how the groups differ says how far the arm's sums may be by chance. So no day
needs a row for each visitor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.experiments.counts.groups import GROUPS, group_of
from headwater_server.engine.messages.experiments import ExperimentArm

DAYS_MAX = 400
POPULAR = "popular"
"""The policy of a hold-out's control: an experiment that has it keeps sums by day."""
ENTERED, DAY_ACTS, DAY_PURCHASES, DAY_REVENUE, DAY_SLOTS, DAY_CLICKS = range(6)
WIDTH = 6
Table = NDArray[np.float64]
"""Sums by arm, group and column."""


class DailySums:
    """Sums of each day, at most ``most`` days; earlier ones are added up in one table.

    Without ``arms`` nothing is kept: of an experiment that is no hold-out.

    >>> days = DailySums(arms=2, most=2)
    >>> for day in (5, 6, 7):
    ...     days.enter(day, arm=1, row=9)
    >>> days.first, float(days.until(7)[1].sum()), float(days.between(7, 9)[1].sum())
    (6, 3.0, 1.0)
    """

    def __init__(self, arms: int, most: int = DAYS_MAX) -> None:
        self.most = most
        self._earlier: Table = np.zeros((arms, GROUPS, WIDTH))
        self._days: dict[int, Table] = {}

    @classmethod
    def of(cls, arms: Sequence[ExperimentArm]) -> DailySums:
        """Return those of an experiment with these arms."""
        return cls(len(arms) if arms[0].policy_id == POPULAR else 0)

    @property
    def are_kept(self) -> bool:
        """Whether there are sums by day."""
        return len(self._earlier) > 0

    @property
    def first(self) -> int | None:
        """The first day that has sums of its own, None if earlier ones have them, too."""
        return min(self._days, default=None) if self._earlier.any() else None

    def table(self, day: int) -> Table:
        """Return the table of a day, to be added to; without arms if nothing is kept."""
        found = self._days.get(day)
        if found is not None:
            return found
        if not self.are_kept or (len(self._days) >= self.most and day < min(self._days)):
            return self._earlier  # it is empty, or the store's clock was set back
        found = self._days[day] = np.zeros_like(self._earlier)
        for old in sorted(self._days)[: max(0, len(self._days) - self.most)]:
            self._earlier += self._days.pop(old)
        return found

    def enter(self, day: int, arm: int, row: int) -> None:
        """Count a visitor who enters an arm, and has this row of the exposed."""
        if self.are_kept:
            self.table(day)[arm, group_of(row), ENTERED] += 1.0

    def note(self, day: int, arm: int, row: int, slots: int, clicks: int) -> None:
        """Count a visitor's seen slots of lists, or clicks on them."""
        if self.are_kept:
            sums = self.table(day)[arm, group_of(row)]
            sums[DAY_SLOTS] += slots
            sums[DAY_CLICKS] += clicks

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

    @property
    def branch(self) -> dict[str, Any]:
        """The state as a branch of the experiment's, which has none if nothing is kept."""
        if not self.are_kept:
            return {}
        numbers = sorted(self._days)
        tables = [self._days[number] for number in numbers]
        state = {
            "numbers": np.array(numbers, np.int64),
            "tables": np.array(tables, np.float64).reshape(-1, *self._earlier.shape),
            "earlier": self._earlier.copy(),
        }
        return {"days": state}

    def load(self, branches: dict[str, Any]) -> None:
        """Replace the state by the branch of these."""
        if self.are_kept:
            state = branches["days"]
            self._earlier, tables = state["earlier"], list(state["tables"].copy())
            self._days = dict(zip(state["numbers"].tolist(), tables, strict=True))
