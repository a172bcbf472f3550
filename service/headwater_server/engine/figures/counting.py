"""The day that goes on: what a report, a click and an order add to its figures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.figures.cells import Cell
from headwater_server.engine.figures.day import Day
from headwater_server.engine.figures.levels import levels_of
from headwater_server.engine.figures.money import Line, add_money
from headwater_server.engine.figures.names import Given, GroupNames
from headwater_server.engine.figures.visits import Visits
from headwater_server.engine.snapshot.state import COPY_STEP, Stepwise

CELLS_FACTOR = 10
"""A day that goes on has so many times as many items as one that is over."""
VISITS_MAX = 1_000_000
CLICKS_MAX = 500_000
"""Clicks of a day that are remembered, so that a second one on the same slot counts once."""
CURRENCIES_MAX = 16
AttributedLine = tuple[Line, Given | None]


class Today:
    """A day, with what only adding to it needs: its visitors, clicks and names."""

    def __init__(self, day: Day, items_max: int) -> None:
        self.day = day
        self.items_max = items_max
        self.visits, self._names = Visits(VISITS_MAX), GroupNames()
        self._clicked: dict[int, None] = {}
        pairs = ((one, two) for one, two in day.levels if one is not None and two is not None)
        self._numbers: dict[tuple[str, str], int] = {}
        self._keys: list[tuple[str, str]] = []
        """Placement and policy of each number, in the order in which they came."""
        for pair in pairs:
            self._enter(pair)

    @property
    def placements(self) -> set[str]:
        """Where lists were seen today; "" is a list without a placement."""
        return {placement for placement, _ in self._keys}

    def _enter(self, group: tuple[str, str]) -> None:
        self._numbers[group] = len(self._keys)
        self._keys.append(group)

    # --- what happens ----------------------------------------------------------------------------

    def see(self, profile: str, given: Given, item_ids: Sequence[str], *, is_new: bool) -> None:
        """Count seen slots of a list; ``is_new``: no slot of it was reported before."""
        group = self._group(given)
        for key in levels_of(*group):
            level = self.day.level(key)
            level.lists += is_new
            level.slots += len(item_ids)
        for item_id in item_ids:
            self._cell(group, item_id).slots += 1
        self._visit(profile, group, (len(item_ids), 0, 0))

    def click(self, profile: str, given: Given, item_id: str) -> bool:
        """Count the first click of the day on an item of a list; return whether it was that."""
        if self._is_clicked(given.list_id, item_id):
            return False
        group = self._group(given)
        for key in levels_of(*group):
            self.day.level(key).clicks += 1
        self._cell(group, item_id).clicks += 1
        self._visit(profile, group, (0, 1, 0))
        return True

    def order(self, profile: str, lines: Sequence[AttributedLine]) -> None:
        """Count an order: each line with the list that it is attributed to, None: to none."""
        self.day.totals.orders += 1
        counted: set[Any] = set()
        for line, given in lines:
            kept = self._bounded(line)
            self.day.totals.add_line(kept)
            if given is not None:
                self._attribute(profile, self._group(given), kept, counted)

    def _attribute(
        self, profile: str, group: tuple[str, str], line: Line, counted: set[Any]
    ) -> None:
        """Count a line of an order; ``counted``: where this order counts already."""
        if group not in counted:
            counted.add(group)
            self._visit(profile, group, (0, 0, 1))
        for key in levels_of(*group):
            level = self.day.level(key)
            level.orders += ("level", key) not in counted
            level.units += line.units
            counted.add(("level", key))
        cell = self._cell(group, line.item_id)
        cell.orders += ("item", group, line.item_id) not in counted
        counted.add(("item", group, line.item_id))
        cell.units += line.units
        if line.micros is not None:
            add_money(cell.money, line.code, line.micros)
            self._spend(profile, group, line.code, line.micros)

    # --- where it counts -------------------------------------------------------------------------

    def _group(self, given: Given) -> tuple[str, str]:
        placement, policy, is_limited = self._names.group(given)
        if is_limited:
            self.day.bite("groups")
        group = placement, policy
        if group not in self._numbers:
            self._enter(group)
            self.day.level(group)  # levels keep the order of the numbers
        return group

    def _cell(self, group: tuple[str, str], item_id: str) -> Cell:
        key = (*group, item_id)
        found = self.day.cells.get(key)
        if found is None:
            found = self.day.cells.at(key, CELLS_FACTOR * self.items_max)
            if key not in self.day.cells:
                self.day.bite("items")
        return found

    def _is_clicked(self, list_id: str, item_id: str) -> bool:
        text = f"{list_id}\0{item_id}".encode("utf-8", "surrogatepass")
        clicked = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
        if clicked in self._clicked:
            return True
        if len(self._clicked) < CLICKS_MAX:
            self._clicked[clicked] = None
        else:
            self.day.bite("clicks")
        return False

    def _bounded(self, line: Line) -> Line:
        """Return the line, without an amount if it is absurd or of too many a currency."""
        if line.micros is None:
            return line
        codes = self.day.totals.money
        if line.is_absurd or (line.code not in codes and len(codes) >= CURRENCIES_MAX):
            return line._replace(micros=None)
        return line

    # --- whose it is -----------------------------------------------------------------------------

    def _visit(self, profile: str, group: tuple[str, str], added: tuple[int, int, int]) -> None:
        """Move a visitor's sums on all four levels of a group."""
        visitor = self.visits.entered(profile)
        rows = self.visits.of(visitor)
        if not self.visits.add(visitor, self._numbers[group], *added):
            self.day.bite("visitors")
            return
        for key in levels_of(*group):
            slots = clicks = orders = 0
            for row in rows:
                if _is_of(self._keys[row.group], key):
                    slots, clicks = slots + row.slots, clicks + row.clicks
                    orders += row.orders
            before = slots, clicks, orders
            after = slots + added[0], clicks + added[1], orders + added[2]
            self.day.level(key).move(before, after)

    def _spend(self, profile: str, group: tuple[str, str], code: str, micros: int) -> None:
        """Add to the revenue on all four levels, and to what the visitor has spent there."""
        spent = self.visits.spent_by(self.visits.find(profile))
        for key in levels_of(*group):
            before = sum(
                amount
                for (number, currency), amount in spent.items()
                if currency == code and _is_of(self._keys[number], key)
            )
            self.day.level(key).spend(code, before, micros)
        place = self._numbers[group], code
        spent[place] = spent.get(place, 0) + micros

    # --- as a whole ------------------------------------------------------------------------------

    def closed(self) -> tuple[str, str]:
        """Return the texts of the day, which is over."""
        self.day.cells.keep_most_seen(self.items_max)
        return self.day.texts()

    def state(self) -> dict[str, Any]:
        """Return the day, and what adding to it needs."""
        return {
            "head": self.day.head(),
            "cells": Stepwise(self.day.writing_items),
            "names": self._names.state(),
            "visits": self.visits.state(),
            "clicked": Stepwise(self._copying_clicks),
        }

    def _copying_clicks(self) -> Generator[None, None, NDArray[np.uint64]]:
        clicked, left = np.empty(len(self._clicked), np.uint64), iter(self._clicked)
        for start in range(0, len(clicked), COPY_STEP):
            part = clicked[start : start + COPY_STEP]
            part[:] = np.fromiter(left, np.uint64, len(part))
            yield
        return clicked

    @classmethod
    def loaded(cls, state: dict[str, Any], items_max: int) -> Today:
        """Return the day of which this is `state`."""
        today = cls(Day.read(state["head"], state["cells"]), items_max)
        today._names.load(state["names"])
        today.visits.load(state["visits"])
        today._clicked = dict.fromkeys(state["clicked"].tolist())
        return today


def _is_of(group: tuple[str, str], key: tuple[str | None, str | None]) -> bool:
    return key[0] in (None, group[0]) and key[1] in (None, group[1])
