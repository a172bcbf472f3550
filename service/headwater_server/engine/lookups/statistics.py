"""Statistics of each item, from the models' counts; pure reads."""

from __future__ import annotations

import math
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
from headwater_server.engine.lookups.act_rates import ActRate, PlacementRates
from headwater_server.engine.lookups.heads import Head, first_of, head_of
from headwater_server.engine.lookups.lists import rises
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.models.popularity.activity import FIRST, INTERACTIONS, REPEATS, Activity

WINDOWS = ("hour", "day", "week")
_NONE = np.zeros(0, dtype=np.int32)
STEP = 1_000  # items whose text is searched in one step
HEAD_STEP = 50_000  # items that are put in order in one step


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
    PROBABILITY_BEST = "probability best"


@dataclass(frozen=True, slots=True)
class ItemQuestion:
    """Which items, from which place in the order, and how many.

    ``item_ids`` given: exactly the known ones of these, in this order. ``among`` given: only these,
    in the requested order, such as the results of `ItemStatistics.holding`. ``placement``: the one
    whose rates `ItemOrder.PROBABILITY_BEST` means.
    """

    start: int = 0
    page_size: int = 50
    order: ItemOrder = ItemOrder.INTERACTIONS
    item_ids: tuple[str, ...] = ()
    filter: str = ""
    among: Found | None = None
    placement: str = ""

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
    act_rates: tuple[ActRate, ...] = ()


class ItemPage(NamedTuple):
    """A page of items, and the total of all pages."""

    items: tuple[ItemFigures, ...]
    total: int


class ItemStatistics:
    """Pure reads over the models' own counts."""

    def __init__(self, scoring: CandidateScoring) -> None:
        self._scoring = scoring

    def page(
        self,
        question: ItemQuestion,
        heads: Sequence[Head],
        slots: Sequence[Slots],
        rates: Sequence[PlacementRates],
        now_ms: int,
    ) -> ItemPage:
        """Return the requested items in order.

        ``heads`` are all that `heads_of` yields, ``slots`` those of open impressions, ``rates`` the
        act rates by placement.
        """
        found = first_of(heads, question.end)[question.start :]
        found = found[self._scoring.catalogue.has_numbers(found)]  # freed since
        figures = self._figures(found, slots, rates, now_ms)
        return ItemPage(figures, sum(head.total for head in heads))

    def heads_of(
        self, question: ItemQuestion, rates: PlacementRates | None = None
    ) -> Iterator[Head]:
        """Yield the first items of each part of the catalogue, in steps of about a millisecond.

        ``rates`` are those that `ItemOrder.PROBABILITY_BEST` means.
        """
        numbers = self._known(question)
        if question.item_ids:
            yield Head(numbers, np.arange(len(numbers), 0.0, -1.0), len(numbers))
            return
        for start in range(0, len(numbers), HEAD_STEP):
            part = numbers[start : start + HEAD_STEP]
            part = part[self._scoring.passing(question.filter, part)]
            yield head_of(part, self._keys(question.order, part, rates), question.end)

    def holding(self, text: str) -> Iterator[Found]:
        """Yield the items whose id or title contains a text, in steps of a millisecond."""
        catalogue, text = self._scoring.catalogue, text.casefold()
        for start in range(0, len(catalogue.ids), STEP):
            numbers = range(start, min(start + STEP, len(catalogue.ids)))
            found = [n for n in numbers if catalogue.ids[n] and text in _words(catalogue, n)]
            yield Found(np.array(found, dtype=np.int32), [catalogue.ids[n] for n in found])

    def _known(self, question: ItemQuestion) -> NDArray[np.int32]:
        """Return the numbers of the requested items, in the order of ``item_ids`` if given."""
        catalogue = self._scoring.catalogue
        among = None if question.among is None else _still(catalogue, question.among)
        if not question.item_ids:
            return catalogue.numbers() if among is None else among
        found = dict.fromkeys(map(catalogue.number, question.item_ids))
        found.pop(None, None)
        numbers = np.array(list(found), dtype=np.int32)
        numbers = numbers if among is None else numbers[np.isin(numbers, among)]
        return numbers[self._scoring.passing(question.filter, numbers)]

    def _keys(
        self, order: ItemOrder, numbers: NDArray[np.int32], rates: PlacementRates | None
    ) -> NDArray[np.float64]:
        """Return the sort keys of the items, the largest first."""
        models = self._scoring.models
        match order:
            case ItemOrder.INTERACTIONS:
                interactions: NDArray[np.float64] = models.activity.counts[numbers, INTERACTIONS]
                return interactions
            case ItemOrder.RECENT:
                return rises(models.by_day, "day", numbers)[0]
            case ItemOrder.TRENDING:
                return rises(models.by_day, "day", numbers)[1]
            case ItemOrder.NEW:
                return _newness(models.activity, numbers)
            case ItemOrder.PROBABILITY_BEST:
                return rates.keys(numbers) if rates else np.zeros(len(numbers))

    def _figures(
        self,
        numbers: NDArray[np.int32],
        slots: Sequence[Slots],
        rates: Sequence[PlacementRates],
        now_ms: int,
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
                _whole(activity.counts[number, INTERACTIONS]),
                _whole(activity.counts[number, REPEATS]),
                _interactions_since(activity, number),
                tuple(float(counts[place]) for counts, _ in trends),
                tuple(float(scores[place]) for _, scores in trends),
                *seen[place],
                tuple(rate for one in rates if (rate := one.of(number))),
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


def _newness(activity: Activity, numbers: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return keys by which items without interactions come first, then the latest firsts."""
    counts = activity.counts[numbers]
    has_any = counts[:, INTERACTIONS] > 0
    return np.where(has_any, counts[:, FIRST], activity.events + 1.0 + numbers)


def _whole(interactions: float) -> int:
    """Return a sum of graded acts as a number of whole ones: the nearest, at least 1 for any.

    >>> [_whole(interactions) for interactions in (0.0, 0.3, 1.4, 1.6, 7.0)]
    [0, 1, 1, 2, 7]
    """
    return max(math.floor(interactions + 0.5), int(interactions > 0))


def _interactions_since(activity: Activity, number: int) -> int:
    interactions, _, _, last = activity.counts[number].tolist()
    return activity.events - 1 - int(last) if interactions else 0
