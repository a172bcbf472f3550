"""What the models have counted of each item, read for a person. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.answering import Answering
from headwater_server.engine.attribution import Attribution
from headwater_server.engine.entries import Item
from headwater_server.engine.lists import rises
from headwater_server.engine.models import TREND_COLUMNS
from headwater_server.models.activity import Activity

WINDOWS = ("hour", "day", "week")


class ItemOrder(Enum):
    """By what items are listed; the most, the steepest or the newest first."""

    TOUCHES = "touches"
    RECENT = "recent"
    TRENDING = "trending"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class ItemQuestion:
    """Which items, from which place in the order on, and how many.

    ``item_ids`` given: exactly those that are known. ``text`` is held by the id or the title.
    """

    start: int = 0
    page_size: int = 50
    order: ItemOrder = ItemOrder.TOUCHES
    item_ids: tuple[str, ...] = ()
    text: str = ""
    filter: str = ""


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item: touches ever, decayed touches and rises by window, and its open impressions.

    ``touches_since``: of any items, after its last one.
    """

    item_id: str
    item: Item | None
    shown: bool
    touches: int
    repeats: int
    touches_since: int
    of_late: tuple[float, ...]
    rises: tuple[float, ...]
    impressions: int
    acts: int
    reward: float


class ItemPage(NamedTuple):
    """A page of items, and how many there are in all."""

    items: tuple[ItemFigures, ...]
    total: int


class ItemStatistics:
    """Pure reads over the models' own counts."""

    def __init__(self, answering: Answering, attribution: Attribution) -> None:
        self._answering = answering
        self._attribution = attribution

    def page(self, question: ItemQuestion, now_ms: int) -> ItemPage:
        """Return the items that are asked for, in order."""
        found = self._found(question)
        page = found[question.start : question.start + question.page_size]
        return ItemPage(self._figures(page, now_ms), len(found))

    def _found(self, question: ItemQuestion) -> NDArray[np.int32]:
        numbers = self._known(question)
        if question.filter:
            numbers = numbers[_flags(self._answering.passing(question.filter), numbers)]
        if question.text:
            numbers = numbers[self._holding(question.text.casefold(), numbers)]
        if question.item_ids:
            return numbers
        keys = _KEYS[question.order](self._answering, numbers)
        falling: list[NDArray[Any]] = [
            numbers,
            *(-key for key in reversed(keys)),
        ]  # lexsort looks at the last first
        return numbers[np.lexsort(falling)]

    def _known(self, question: ItemQuestion) -> NDArray[np.int32]:
        catalogue = self._answering.catalogue
        given = map(catalogue.number, dict.fromkeys(question.item_ids) or catalogue.ids)
        return np.array([number for number in given if number is not None], dtype=np.int32)

    def _holding(self, text: str, numbers: NDArray[np.int32]) -> NDArray[np.bool_]:
        catalogue = self._answering.catalogue

        def holds(number: int) -> bool:
            item = catalogue.at(number)
            title = item.title if item else ""
            return text in catalogue.ids[number].casefold() or text in title.casefold()

        return np.array([holds(number) for number in numbers.tolist()], dtype=np.bool_)

    def _figures(self, numbers: NDArray[np.int32], now_ms: int) -> tuple[ItemFigures, ...]:
        catalogue, models = self._answering.catalogue, self._answering.models
        activity, shown = models.activity, catalogue.shown(now_ms)
        trends = [rises(models.by_day, window) for window in WINDOWS]
        seen = self._open_slots(numbers)
        return tuple(
            ItemFigures(
                catalogue.ids[number],
                catalogue.at(number),
                bool(shown[number]),
                int(activity.counts[number, Activity.TOUCHES]),
                int(activity.counts[number, Activity.REPEATS]),
                _touches_since(activity, number),
                tuple(float(counts[number, column]) for column, _, counts in trends),
                tuple(float(scores[number]) for _, scores, _ in trends),
                *seen[place],
            )
            for place, number in enumerate(numbers.tolist())
        )

    def _open_slots(self, numbers: NDArray[np.int32]) -> list[tuple[int, int, float]]:
        """Return (impressions, acts, reward) of each, in windows that are open."""
        items, rewards = self._attribution.open_slots()
        rows = max(self._answering.catalogue.rows, 1)
        impressions = np.bincount(items, minlength=rows)
        acts = np.bincount(items, weights=rewards > 0, minlength=rows)
        reward = np.bincount(items, weights=np.maximum(rewards, 0.0), minlength=rows)
        return [(int(impressions[n]), int(acts[n]), float(reward[n])) for n in numbers.tolist()]


def _flags(passing: NDArray[np.bool_] | None, numbers: NDArray[np.int32]) -> NDArray[np.bool_]:
    return np.ones(len(numbers), dtype=np.bool_) if passing is None else passing[numbers]


def _touches_since(activity: Activity, number: int) -> int:
    touches, _, _, last = activity.counts[number].tolist()
    return activity.events - 1 - int(last) if touches else 0


_Keys = tuple[NDArray[np.float64], ...]


def _by_touches(answering: Answering, numbers: NDArray[np.int32]) -> _Keys:
    return (answering.models.activity.counts[numbers, Activity.TOUCHES],)


def _by_recent(answering: Answering, numbers: NDArray[np.int32]) -> _Keys:
    days, column = answering.models.by_day, TREND_COLUMNS["day"][0]
    return (days.stored[numbers, column],)  # order holds without the fading


def _by_trend(answering: Answering, numbers: NDArray[np.int32]) -> _Keys:
    return (rises(answering.models.by_day, "day")[1][numbers],)


def _by_newness(answering: Answering, numbers: NDArray[np.int32]) -> _Keys:
    """Untouched items before the others, which come by their first touch."""
    counts = answering.models.activity.counts[numbers]
    untouched = counts[:, Activity.TOUCHES] == 0
    first = np.where(untouched, numbers, counts[:, Activity.FIRST])
    return untouched.astype(np.float64), first


_KEYS: dict[ItemOrder, Callable[[Answering, NDArray[np.int32]], _Keys]] = {
    ItemOrder.TOUCHES: _by_touches,
    ItemOrder.RECENT: _by_recent,
    ItemOrder.TRENDING: _by_trend,
    ItemOrder.NEW: _by_newness,
}
