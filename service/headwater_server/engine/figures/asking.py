"""Questions about the figures: days added up, by what the question groups them by."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from headwater_server.engine.figures.cells import Cell
from headwater_server.engine.figures.day import Totals
from headwater_server.engine.figures.day_rows import DayRows, days_of
from headwater_server.engine.figures.figures import NO_DAY, Figures
from headwater_server.engine.figures.levels import Level
from headwater_server.engine.setting_values.shop_days import DAY_MS

STEP = 250
"""Rows that are added in one step: each takes about 10 microseconds."""
DAY, PLACEMENT, POLICY, ITEM = GROUPS = ("day", "placement", "policy", "item")
Key = tuple[int | None, str | None, str | None, str | None]
"""Day, placement, policy and item of a row; None: of all together."""


class Addable(Protocol):
    """A sum of counts."""

    def add(self, other: Any, /) -> None:
        """Add the counts of another one."""


Sum = TypeVar("Sum", bound=Addable)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the days ``first`` to ``last``; None as a filter: of all."""

    first: int
    last: int
    group_by: frozenset[str] = frozenset()
    placement: str | None = None
    policy: str | None = None
    item_id: str | None = None

    @property
    def is_of_items(self) -> bool:
        """Whether the rows of items are needed, which know no visitors."""
        return ITEM in self.group_by or self.item_id is not None


class Rows(Generic[Sum]):
    """Rows by key, as days are added; only those that are wanted are kept, and all are counted.

    Rows by day are kept of the first days, until there are more than ``most``. With ``keys``,
    only rows of these are kept and counted.
    """

    def __init__(
        self, new: Callable[[], Sum], *, by_day: bool, most: float, keys: Collection[Key] | None
    ) -> None:
        self.new = new
        self.kept: dict[Key, Sum] = {}
        self._by_day, self._most, self._keys = by_day, most, keys
        self.is_enough = False
        self._beyond = 0
        self._of_day: set[Key] = set()  # that are not kept

    @property
    def count(self) -> int:
        """How many rows the days that were added have, also those that are not kept."""
        return len(self.kept) + self._beyond

    def add(self, key: Key, row: Sum) -> None:
        """Add a row of the day."""
        if self._keys is not None and key not in self._keys:
            return
        if self.is_enough:
            self._of_day.add(key)
            return
        mine = self.kept.get(key)
        if mine is None:
            mine = self.kept[key] = self.new()
        mine.add(row)

    def end_day(self) -> None:
        """Count the rows of the day that are not kept, and see whether enough are kept."""
        self._beyond += len(self._of_day)
        self._of_day.clear()
        self.is_enough = self._by_day and len(self.kept) > self._most


class Found:
    """What days add up to: rows by key, the total of them all, and the whole shop's orders.

    The rows of a question about items are `Cell`, otherwise `Level`. ``limits``: what had no row of
    its own, by what limited it. ``placements`` and ``policies``: the names that the days have.
    """

    def __init__(
        self, question: Question, most: float = math.inf, keys: Collection[Key] | None = None
    ) -> None:
        self._question = question
        by_day = DAY in question.group_by
        self._levels = Rows(Level, by_day=by_day, most=most, keys=keys)
        self._cells = Rows(Cell, by_day=by_day, most=most, keys=keys)
        self._all_levels, self._all_cells = Level(), Cell()
        self.shop = Totals()
        self.limits: dict[str, int] = {}
        self.placements: set[str] = set()
        self.policies: set[str] = set()

    @property
    def _all(self) -> Rows[Level] | Rows[Cell]:
        return self._cells if self._question.is_of_items else self._levels

    @property
    def rows(self) -> Mapping[Key, Level | Cell]:
        """The rows that are kept, by key."""
        return self._all.kept

    @property
    def count(self) -> int:
        """How many rows there are, also those that are not kept."""
        return self._all.count

    @property
    def is_enough(self) -> bool:
        """Whether the rows are by day, and more of them are kept than are wanted."""
        return self._all.is_enough

    @property
    def total(self) -> Level | Cell:
        """What all rows add up to."""
        return self._all_cells if self._question.is_of_items else self._all_levels

    def adding(self, day: DayRows) -> Iterator[None]:
        """Add a day, in steps of a few milliseconds."""
        self.shop.add(day.totals)
        for name, count in day.limits.items():
            self.limits[name] = self.limits.get(name, 0) + count
        self.placements.update(place for place, _ in day.keys if place is not None)
        self.policies.update(policy for _, policy in day.keys if policy is not None)
        if self._question.is_of_items:
            yield from self._adding_items(day)
        else:
            yield from self._adding_levels(day)
        self._all.end_day()

    def _adding_levels(self, day: DayRows) -> Iterator[None]:
        question, by = self._question, self._question.group_by
        of_place = PLACEMENT in by or question.placement is not None
        of_policy = POLICY in by or question.policy is not None
        for place, ((placement, policy), level) in enumerate(day.levels, 1):
            if place % STEP == 0:
                yield
            if not (_fits(question.placement, placement) and _fits(question.policy, policy)):
                continue
            if (placement, policy) == (question.placement, question.policy):
                self._all_levels.add(level)
            if ((placement is not None), (policy is not None)) != (of_place, of_policy):
                continue
            self._levels.add(_key(by, day.number, placement, policy), level)

    def _adding_items(self, day: DayRows) -> Iterator[None]:
        question, by = self._question, self._question.group_by
        for place, ((placement, policy, item_id), cell) in enumerate(day.cells, 1):
            if place % STEP == 0:
                yield
            wanted = (question.placement, placement), (question.policy, policy)
            if not all(_fits(*pair) for pair in (*wanted, (question.item_id, item_id))):
                continue
            self._cells.add(_key(by, day.number, placement, policy, item_id), cell)
            self._all_cells.add(cell)


def _key(
    by: Collection[str],
    day: int,
    placement: str | None,
    policy: str | None,
    item_id: str | None = None,
) -> Key:
    """Return what a row counts under, if rows are grouped ``by`` these."""
    return (
        day if DAY in by else None,
        placement if PLACEMENT in by else None,
        policy if POLICY in by else None,
        item_id if ITEM in by else None,
    )


def _fits(wanted: str | None, name: str | None) -> bool:
    return wanted is None or wanted == name


@dataclass(frozen=True, slots=True)
class KeptDays:
    """The days with figures, ``first`` to ``last`` (None: there is none); ``today`` is the state's.

    Days are counted from 1970; one begins ``offset_ms`` before the day of UTC.
    """

    first: int | None
    last: int | None
    today: int
    offset_ms: int

    def begin_ms(self, number: int) -> int:
        """Return when a day begins, in milliseconds since 1970."""
        return number * DAY_MS - self.offset_ms

    def number_at(self, time_ms: int) -> int:
        """Return the day of a time."""
        return (time_ms + self.offset_ms) // DAY_MS


def kept_days(figures: Figures, clock_ms: int) -> KeptDays:
    """Return which days are kept."""
    numbers = figures.numbers
    first, last = (numbers[0], numbers[-1]) if numbers else (None, None)
    return KeptDays(first, last, figures.day_of(clock_ms), figures.offset_ms)


def answering(
    figures: Figures,
    question: Question,
    most: float = math.inf,
    keys: Collection[Key] | None = None,
) -> Iterator[Found]:
    """Yield what was found so far, in steps of some milliseconds; the last one is the answer.

    ``most`` and ``keys`` say which rows are kept: see `Rows`.
    """
    found = Found(question, most, keys)
    for day in days_of(figures, question.first, question.last):
        for _ in found.adding(day):
            yield found
        yield found
    yield found


def known_names(figures: Figures) -> Iterator[tuple[set[str], set[str]]]:
    """Yield placements and policies of each day that is kept, in steps."""
    for day in days_of(figures, NO_DAY, -NO_DAY):
        yield (
            {one for one, _ in day.keys if one is not None},
            {two for _, two in day.keys if two is not None},
        )
