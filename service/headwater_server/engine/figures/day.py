"""The figures of one day: of lists, of items, and of the whole shop."""

from __future__ import annotations

import json
from collections.abc import Generator
from itertools import islice
from typing import Any

from headwater_server.engine.figures.cells import Cell, Cells
from headwater_server.engine.figures.levels import Key, Level
from headwater_server.engine.figures.money import Line, add_money, plain_sums
from headwater_server.models.base import done

STEP = 500
"""Items that are written in one step: about a millisecond."""


class Totals:
    """All orders of the shop, attributed to a list or not.

    ``left_out``: lines of orders without an amount, since nobody said a price or it was absurd.
    """

    def __init__(self) -> None:
        self.orders = self.units = self.left_out = 0
        self.money: dict[str, int] = {}

    def add_line(self, line: Line) -> None:
        """Count a line of an order."""
        self.units += line.units
        if line.micros is None or line.is_absurd:
            self.left_out += 1
        else:
            add_money(self.money, line.code, line.micros)

    def add(self, other: Totals) -> None:
        """Add the orders of another day."""
        self.orders += other.orders
        self.units += other.units
        self.left_out += other.left_out
        for code, micros in other.money.items():
            add_money(self.money, code, micros)

    def plain(self) -> list[Any]:
        """Return them as values of JSON."""
        return [self.orders, self.units, self.left_out, plain_sums(self.money)]

    @classmethod
    def of(cls, plain: list[Any]) -> Totals:
        """Return the totals of which this is `plain`."""
        totals = cls()
        totals.orders, totals.units, totals.left_out, totals.money = plain
        return totals


class Day:
    """A day's figures, as they are added to.

    ``limits``: what had no place of its own on this day, by what limited it.
    """

    def __init__(self) -> None:
        self.totals = Totals()
        self.levels: dict[Key, Level] = {}
        self.cells = Cells()
        self.limits: dict[str, int] = {}

    def level(self, key: Key) -> Level:
        """Return the figures of a key, new ones if needed."""
        found = self.levels.get(key)
        return found if found is not None else self.levels.setdefault(key, Level())

    def bite(self, limit: str) -> None:
        """Count something that a limit gave no place of its own."""
        self.limits[limit] = self.limits.get(limit, 0) + 1

    def head(self) -> str:
        """Return all but the items as a text of JSON."""
        levels = [[*key, *level.plain()] for key, level in self.levels.items()]
        return _json([self.totals.plain(), levels, plain_sums(self.limits)])

    def writing_items(self) -> Generator[None, None, str]:
        """Return the items as a text of JSON, in steps; the day must not change meanwhile."""
        parts, cells = [], iter(self.cells.items())
        while part := [[*key, *cell.plain()] for key, cell in islice(cells, STEP)]:
            parts.append(_json(part)[1:-1])
            yield
        return f"[{','.join(parts)}]"

    def texts(self) -> tuple[str, str]:
        """Return the day as two texts: see `head` and `writing_items`.

        >>> day = Day()
        >>> day.cells.at(("home", "", "tent"), most=9).slots += 4
        >>> day.texts()[1]
        '[["home","","tent",4,0,0,0,{}]]'
        """
        return self.head(), done(self.writing_items())

    @classmethod
    def read(cls, head: str, cells: str) -> Day:
        """Return the day of which these are `texts`."""
        day = cls()
        totals, levels, day.limits = json.loads(head)
        day.totals = Totals.of(totals)
        for placement, policy, *plain in levels:
            day.levels[placement, policy] = Level.of(plain)
        for placement, policy, item_id, *plain in json.loads(cells):
            day.cells[placement, policy, item_id] = Cell.of(plain)
        return day


def _json(values: list[Any]) -> str:
    return json.dumps(values, separators=(",", ":"))
