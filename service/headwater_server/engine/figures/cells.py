"""Figures of one day by placement, policy and item."""

from __future__ import annotations

from typing import Any

from headwater_server.engine.figures.money import add_money, plain_sums

CellKey = tuple[str, str, str]
REST = ""
"""In place of an item: all items of the placement and policy that have no row of their own."""
COUNTS = ("slots", "clicks", "orders", "units")


class Cell:
    """Counts of one item; ``units`` are millionths of a piece, ``money`` of a currency."""

    __slots__ = (*COUNTS, "money")

    def __init__(self, slots: int = 0, clicks: int = 0, orders: int = 0, units: int = 0) -> None:
        self.slots, self.clicks, self.orders, self.units = slots, clicks, orders, units
        self.money: dict[str, int] = {}

    def add(self, other: Cell) -> None:
        """Add the figures of another cell."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for code, micros in other.money.items():
            add_money(self.money, code, micros)

    def plain(self) -> list[Any]:
        """Return it as values of JSON."""
        return [self.slots, self.clicks, self.orders, self.units, plain_sums(self.money)]

    @classmethod
    def of(cls, plain: list[Any]) -> Cell:
        """Return the cell of which this is `plain`."""
        cell = cls(*plain[:4])
        cell.money = plain[4]
        return cell


class Cells(dict[CellKey, Cell]):
    """Cells by key, with bounds: what has no place counts in the row of the rest.

    >>> cells = Cells()
    >>> for item_id, seen in (("tent", 3), ("map", 1), ("lamp", 1)):
    ...     cells.at(("home", "", item_id), most=9).slots += seen
    >>> cells.keep_most_seen(2)
    >>> [(key[2], cell.slots) for key, cell in sorted(cells.items())]
    [('', 1), ('lamp', 1), ('tent', 3)]
    """

    def at(self, key: CellKey, most: int) -> Cell:
        """Return the cell of a key, a new one while there are fewer than ``most``."""
        found = self.get(key)
        if found is not None:
            return found
        if len(self) >= most:
            key = (*key[:2], REST)
        return self.setdefault(key, Cell())

    def keep_most_seen(self, most: int) -> None:
        """Keep the cells that were seen most, then by key; the others become the rest."""
        own = [key for key in self if key[2] != REST]
        for key in sorted(own, key=lambda key: (-self[key].slots, key))[most:]:
            gone = self.pop(key)
            self.setdefault((*key[:2], REST), Cell()).add(gone)
