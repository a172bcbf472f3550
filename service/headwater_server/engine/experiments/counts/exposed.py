"""The profiles that were exposed: arm, since when, and what they did; arrays, no object each."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.experiments.counts.columns import VALUES
from headwater_server.engine.experiments.counts.count_acts import Rows
from headwater_server.engine.visitors.past_sums import bounded, floats_of, whole_of
from headwater_server.engine.visitors.profile_rows import ProfileRows
from headwater_server.models.base import CAPACITY_START, growing

NO_ARM = 255
"""The arm of a row that only leads to another one, and of one that is free."""


class Exposed:
    """A row for each exposed profile; an account of such a visitor has a row that leads to it.

    So a visitor keeps the arm after a login, and on another device of the same account. If visitor
    and account were exposed apart, the account's row counts while they are linked.

    >>> exposed = Exposed()
    >>> row = exposed.enter("vann", "", arm=1, since_s=5)
    >>> exposed.find("vann", ""), exposed.find("vbob", ""), exposed.arm(row)
    (0, -1, 1)
    >>> exposed.join("vann", "uann")
    >>> exposed.find("vphone", "uann")
    0
    """

    _arrays = ("_leads", "_arms", "_since_s", "_values")

    def __init__(self) -> None:
        self.count = 0
        self.rows = ProfileRows()
        self._set(
            np.zeros(CAPACITY_START, np.uint32),
            np.full(CAPACITY_START, NO_ARM, np.uint8),
            np.zeros(CAPACITY_START, np.uint32),
            np.zeros((CAPACITY_START, VALUES), np.float32),
        )

    def _set(
        self,
        leads: NDArray[np.uint32],
        arms: NDArray[np.uint8],
        since_s: NDArray[np.uint32],
        values: NDArray[np.float32],
    ) -> None:
        self._leads, self._arms, self._since_s, self._values = leads, arms, since_s, values
        self.table = Rows(leads, arms, since_s, values)
        self._flat, self._lead, self._arm = floats_of(values), whole_of(leads), whole_of(arms)

    def find(self, visitor: str, account: str) -> int:
        """Return the row that counts for both keys together, -1 if neither was exposed."""
        row = self.rows.find(account) if account else -1
        if row < 0:
            row = self.rows.find(visitor)
        return self._lead[row] if row >= 0 else -1

    def leads(self, row: int) -> int:
        """Return the row that a row leads to: itself, or a visitor's."""
        return self._lead[row]

    def arm(self, row: int) -> int:
        """Return the arm of a row."""
        return self._arm[row]

    def since_s(self, row: int) -> int:
        """Return when the profile was exposed first, in seconds since 1970."""
        return int(self._since_s[row])

    def reserving(self, places: int = 2) -> Generator[None, None, None]:
        """Make room for so many more rows, in steps between which it may be read."""
        rows = self.rows.used + places
        if rows <= self.rows.capacity:
            return
        yield from self.rows.reserving(rows)
        yield from self._growing()

    def _growing(self) -> Generator[None, None, None]:
        """Make all columns as long as the rows have room."""
        longer = []
        for name in self._arrays:
            fill = NO_ARM if name == "_arms" else 0
            longer.append((yield from growing(getattr(self, name), self.rows.capacity, fill)))
        self._set(*longer)

    def enter(self, visitor: str, account: str, arm: int, since_s: int) -> int:
        """Give the profiles a row; there is room, and neither has one."""
        row = self.rows.enter(visitor or account)
        self._leads[row], self._arms[row], self._since_s[row] = row, arm, since_s
        self.count += 1
        if visitor and account:
            self.join(visitor, account)
        return row

    def join(self, visitor: str, account: str) -> None:
        """Let an account that has no row lead to its visitor's; there is room."""
        if account and self.rows.find(account) < 0 and (row := self.rows.find(visitor)) >= 0:
            self._leads[self.rows.enter(account)] = self._leads[row]

    def lacks(self, visitor: str, account: str) -> bool:
        """Whether `join` would do something."""
        return bool(account) and self.rows.find(account) < 0 <= self.rows.find(visitor)

    def values(self, row: int) -> list[float]:
        """Return the sums of a row."""
        return self._flat[row * VALUES : (row + 1) * VALUES].tolist()  # type: ignore[return-value]  # it has one dimension

    def add(self, row: int, column: int, amount: float) -> None:
        """Add to one sum of a row."""
        place = row * VALUES + column
        self._flat[place] = bounded(self._flat[place] + amount)

    def forgetting(self, row: int) -> None:
        """Free a row, and all that lead to it."""
        for other in np.flatnonzero((self._leads == row)[: self.rows.used]).tolist():
            if self.rows.is_used(other):
                self.rows.leave(other)
                self._leads[other], self._arms[other], self._since_s[other] = 0, NO_ARM, 0
                self._values[other] = 0.0
        self.count -= 1

    def parts(self, rows: int) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float64]]]:
        """Yield arms and sums of the exposed, so many rows at a time."""
        for start in range(0, self.rows.used, rows):
            arms = self._arms[start : min(start + rows, self.rows.used)]
            real = arms != NO_ARM
            values = self._values[start : start + len(arms)][real]
            yield arms[real], values.astype(np.float64)

    def state(self) -> dict[str, Any]:
        """Return all rows."""
        used = self.rows.used
        columns = {name: getattr(self, name)[:used] for name in self._arrays}
        return {"count": self.count, "rows": self.rows.state(), **columns}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.count = state["count"]
        self.rows.load(state["rows"])
        self._set(*(state[name] for name in self._arrays))
        for _ in self._growing():
            pass
