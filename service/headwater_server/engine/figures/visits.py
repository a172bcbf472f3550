"""The visitors of one day, by the lists that they saw: what intervals and conversion are made of.

A row is 18 bytes, and 28 more for a visitor; no text is kept. `ProfileRows` gives the visitor, rows
of one visitor lead to each other.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.snapshot.state import ScalarList, Stepwise
from headwater_server.engine.visitors.profile_rows import ProfileRows

NONE = -1
Spent = tuple[int, str]
"""Group and currency of a sum."""
BUYERS_STEP = 1_000
"""Buyers that are copied in one step: about a millisecond."""
_COLUMNS = {"groups": "H", "leads": "i", "slots": "I", "clicks": "I", "orders": "I"}


class Row:
    """What one visitor did on one day with the lists of one placement and policy."""

    __slots__ = ("clicks", "group", "orders", "slots")

    def __init__(self, group: int, slots: int, clicks: int, orders: int) -> None:
        self.group, self.slots, self.clicks, self.orders = group, slots, clicks, orders


class Visits:
    """Rows by (visitor, group), at most ``most``; a visitor of more groups has more rows.

    >>> visits = Visits(most=2)
    >>> ann = visits.entered("vann")
    >>> visits.add(ann, 0, slots=4), visits.add(ann, 0, clicks=1)
    (True, True)
    >>> visits.add(visits.entered("veve"), 1)
    True
    >>> [(row.group, row.slots, row.clicks) for row in visits.of(ann)], visits.entered("vbob")
    ([(0, 4, 1)], -1)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.rows = ProfileRows()
        self._first = array("i")
        self._columns = {name: array(code) for name, code in _COLUMNS.items()}
        self._spent: dict[int, dict[Spent, int]] = {}

    def __len__(self) -> int:
        return len(self._columns["groups"])

    def find(self, profile: str) -> int:
        """Return the number of a visitor, -1 for one who has no rows: the key is hashed once."""
        return self.rows.find(profile)

    def entered(self, profile: str) -> int:
        """Return the number of a visitor, a new one if needed and if there is a place, else -1."""
        visitor = self.rows.find(profile)
        if visitor < 0 and len(self) < self._most:
            visitor = self.rows.enter(profile)
            if visitor == len(self._first):
                self._first.append(NONE)
        return visitor

    def of(self, visitor: int) -> list[Row]:
        """Return the rows of a visitor, the newest first."""
        columns = [self._columns[name] for name in ("groups", "slots", "clicks", "orders")]
        return [Row(*(column[row] for column in columns)) for row in self._rows_of(visitor)]

    def spent_by(self, visitor: int) -> dict[Spent, int]:
        """Return what a visitor spent, by (group, currency), in millionths; it may be added to."""
        return self._spent.setdefault(visitor, {}) if visitor >= 0 else {}

    def _rows_of(self, visitor: int) -> Iterator[int]:
        row = self._first[visitor] if visitor >= 0 else NONE
        while row != NONE:
            yield row
            row = self._columns["leads"][row]

    def add(
        self, visitor: int, group: int, slots: int = 0, clicks: int = 0, orders: int = 0
    ) -> bool:
        """Add to a visitor's row of a group, a new one if needed; False: there is no place."""
        row = next((r for r in self._rows_of(visitor) if self._columns["groups"][r] == group), NONE)
        if row == NONE:
            if visitor < 0 or len(self) >= self._most:
                return False
            row = self._enter(visitor, group)
        for name, amount in (("slots", slots), ("clicks", clicks), ("orders", orders)):
            self._columns[name][row] += amount
        return True

    def _enter(self, visitor: int, group: int) -> int:
        row = len(self)
        values = {"groups": group, "leads": self._first[visitor]}
        for name, column in self._columns.items():
            column.append(values.get(name, 0))
        self._first[visitor] = row
        return row

    def forget(self, profile: str) -> None:
        """Delete what is kept of a visitor; the sums keep this part, which names nobody."""
        visitor = self.rows.find(profile)
        if visitor < 0:
            return
        self.rows.leave(visitor)
        self._first[visitor] = NONE
        self._spent.pop(visitor, None)

    def reserving(self, places: int = 1_000) -> Generator[None, None, None]:
        """Make room for so many more visitors, in steps."""
        return self.rows.reserving(self.rows.used + places)

    def state(self) -> dict[str, Any]:
        """Return all rows."""
        columns = {name: np.array(column) for name, column in self._columns.items()}
        return {
            "profiles": self.rows.state(),
            "first": np.array(self._first),
            **columns,
            "buyers": Stepwise(self._copying_buyers),
            "codes": Stepwise(lambda: self._copying(lambda of, _: of[1])),
            "spent": Stepwise(lambda: self._copying(lambda _, micros: str(micros))),
        }

    def _copying_buyers(self) -> Generator[None, None, NDArray[np.int64]]:
        """Return visitor and group of each sum, in steps."""
        numbers = array("q")
        for count, (visitor, each) in enumerate(self._spent.items(), start=1):
            for group, _ in each:
                numbers.extend((visitor, group))
            if count % BUYERS_STEP == 0:
                yield
        return np.array(numbers, np.int64).reshape(-1, 2)

    def _copying(self, value: Callable[[Spent, int], str]) -> Generator[None, None, ScalarList]:
        """Return a text of each sum, in the same order, in steps."""
        copied = ScalarList()
        for count, each in enumerate(self._spent.values(), start=1):
            copied += [value(of, micros) for of, micros in each.items()]
            if count % BUYERS_STEP == 0:
                yield
        return copied

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self.rows.load(state["profiles"])
        self._first = array("i", state["first"].tolist())
        self._columns = {n: array(code, state[n].tolist()) for n, code in _COLUMNS.items()}
        self._spent = {}
        rows = zip(state["buyers"].tolist(), state["codes"], state["spent"], strict=True)
        for (visitor, group), code, text in rows:
            self._spent.setdefault(visitor, {})[group, code] = int(text)
