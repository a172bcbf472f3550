"""Statistics of each item, from the models' counts; pure reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from operator import eq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.learning.attribution import Slots
from headwater_server.engine.lookups.lists import rises
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.models.popularity.activity import Activity

WINDOWS = ("hour", "day", "week")
_NONE = np.zeros(0, dtype=np.int32)
STEP = 1_000  # items whose text is searched in one step


class Found(NamedTuple):
    """Items by number; the ids show later whether a number still belongs to the same item."""

    numbers: NDArray[np.int32]
    ids: Sequence[str]

    @classmethod
    def joined(cls, parts: Sequence[Found]) -> Found:
        """Return the items of all parts."""
        numbers = np.concatenate([part.numbers for part in parts]) if parts else _NONE
        return cls(numbers, [*chain.from_iterable(part.ids for part in parts)])


class ItemOrder(Enum):
    """The order of items; the largest, the steepest or the newest first."""

    INTERACTIONS = "interactions"
    RECENT = "recent"
    TRENDING = "trending"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class ItemQuestion:
    """Which items, from which place in the order, and how many.

    ``item_ids`` given: exactly the known ones of these, in this order. ``among`` given: only these,
    in the requested order, such as the results of `ItemStatistics.holding`.
    """

    start: int = 0
    page_size: int = 50
    order: ItemOrder = ItemOrder.INTERACTIONS
    item_ids: tuple[str, ...] = ()
    filter: str = ""
    among: Found | None = None

    @property
    def end(self) -> int:
        """The place in the order after the page."""
        return self.start + self.page_size


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One item: interactions, decayed ones and their rise by window, open impressions.

    ``interactions_since``: those with any item, after its own last one.
    """

    item_id: str
    item: Item | None
    shown: bool
    interactions: int
    repeats: int
    interactions_since: int
    recent: tuple[float, ...]
    rises: tuple[float, ...]
    impressions: int
    acts: int
    reward: float


class ItemPage(NamedTuple):
    """A page of items, and the total of all pages."""

    items: tuple[ItemFigures, ...]
    total: int


class ItemStatistics:
    """Pure reads over the models' own counts."""

    def __init__(self, scoring: CandidateScoring) -> None:
        self._scoring = scoring

    def page(self, question: ItemQuestion, slots: Sequence[Slots], now_ms: int) -> ItemPage:
        """Return the requested items in order; ``slots`` are those of open impressions."""
        found = self._found(question)
        page = found[question.start : question.end]
        return ItemPage(self._figures(page, slots, now_ms), len(found))

    def holding(self, text: str) -> Iterator[Found]:
        """Yield the items whose id or title contains a text, in steps of a millisecond."""
        catalogue, text = self._scoring.catalogue, text.casefold()
        for start in range(0, len(catalogue.ids), STEP):
            numbers = range(start, min(start + STEP, len(catalogue.ids)))
            found = [n for n in numbers if catalogue.ids[n] and text in _words(catalogue, n)]
            yield Found(np.array(found, dtype=np.int32), [catalogue.ids[n] for n in found])

    def _found(self, question: ItemQuestion) -> NDArray[np.int32]:
        numbers = self._known(question)
        if question.filter:
            numbers = numbers[self._scoring.passing(question.filter, numbers)]
        if question.item_ids:
            return numbers
        return numbers[_first(self._keys(question.order, numbers), question.end)]

    def _known(self, question: ItemQuestion) -> NDArray[np.int32]:
        """Return the numbers of the requested items, in the order of ``item_ids`` if given."""
        catalogue = self._scoring.catalogue
        among = None if question.among is None else _still(catalogue, question.among)
        if not question.item_ids:
            return catalogue.numbers() if among is None else among
        found = dict.fromkeys(map(catalogue.number, question.item_ids))
        found.pop(None, None)
        numbers = np.array(list(found), dtype=np.int32)
        return numbers if among is None else numbers[np.isin(numbers, among)]

    def _keys(self, order: ItemOrder, numbers: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the sort keys of the items, the largest first."""
        models = self._scoring.models
        match order:
            case ItemOrder.INTERACTIONS:
                interactions: NDArray[np.float64] = models.activity.counts[
                    numbers, Activity.INTERACTIONS
                ]
                return interactions
            case ItemOrder.RECENT:
                return rises(models.by_day, "day", numbers)[0]
            case ItemOrder.TRENDING:
                return rises(models.by_day, "day", numbers)[1]
            case ItemOrder.NEW:
                return _newness(models.activity.counts[numbers], numbers)

    def _figures(
        self, numbers: NDArray[np.int32], slots: Sequence[Slots], now_ms: int
    ) -> tuple[ItemFigures, ...]:
        catalogue, models = self._scoring.catalogue, self._scoring.models
        activity, shown = models.activity, catalogue.shown(numbers, now_ms)
        trends = [rises(models.by_day, window, numbers) for window in WINDOWS]
        seen = _seen(numbers, slots)
        return tuple(
            ItemFigures(
                catalogue.ids[number],
                catalogue.at(number),
                bool(shown[place]),
                int(activity.counts[number, Activity.INTERACTIONS]),
                int(activity.counts[number, Activity.REPEATS]),
                _interactions_since(activity, number),
                tuple(float(counts[place]) for counts, _ in trends),
                tuple(float(scores[place]) for _, scores in trends),
                *seen[place],
            )
            for place, number in enumerate(numbers.tolist())
        )


def _seen(numbers: NDArray[np.int32], slots: Sequence[Slots]) -> list[tuple[int, int, float]]:
    """Return (impressions, acts, reward) of each item."""
    items = np.concatenate([items for items, _ in slots]) if slots else np.zeros(0, np.int32)
    rewards = np.concatenate([reward for _, reward in slots]) if slots else np.zeros(0, np.float32)
    rows = int(max(numbers.max(initial=0), items.max(initial=0))) + 1
    impressions = np.bincount(items, minlength=rows)
    acts = np.bincount(items, weights=rewards > 0, minlength=rows)
    reward = np.bincount(items, weights=np.maximum(rewards, 0.0), minlength=rows)
    return [(int(impressions[n]), int(acts[n]), float(reward[n])) for n in numbers.tolist()]


def _still(catalogue: Catalogue, found: Found) -> NDArray[np.int32]:
    """Return the numbers in order, without those that were freed, or have another item, since."""
    ids = map(catalogue.ids.__getitem__, found.numbers.tolist())
    same = np.fromiter(map(eq, ids, found.ids), np.bool_, len(found.ids))
    return found.numbers[same]


def _words(catalogue: Catalogue, number: int) -> str:
    item = catalogue.at(number)
    return f"{catalogue.ids[number]}\n{item.title if item else ''}".casefold()


def _first(keys: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Return the places of the ``count`` largest keys, largest first, ties by place; then others.

    >>> _first(np.array([1.0, 3.0, 1.0, 2.0]), 2).tolist()[:2]
    [1, 3]
    """
    if count >= len(keys):
        return np.argsort(-keys, kind="stable")
    least = np.partition(keys, -count)[-count]
    above, ties = np.flatnonzero(keys > least), np.flatnonzero(keys == least)
    first = np.concatenate((above[np.argsort(-keys[above], kind="stable")], ties))[:count]
    rest = np.ones(len(keys), dtype=np.bool_)
    rest[first] = False
    return np.concatenate((first, np.flatnonzero(rest)))


def _newness(counts: NDArray[np.float64], numbers: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return keys by which items without interactions come first, then the latest firsts."""
    has_any = counts[:, Activity.INTERACTIONS] > 0
    latest = float(counts[:, Activity.FIRST].max(initial=0.0))
    return np.where(has_any, counts[:, Activity.FIRST], latest + 1.0 + numbers)


def _interactions_since(activity: Activity, number: int) -> int:
    interactions, _, _, last = activity.counts[number].tolist()
    return activity.events - 1 - int(last) if interactions else 0
