"""Simulated shoppers, each with preferences that `drift` changes.

Seeded and without a clock: a shopper who is shown the same lists always does the same.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from random import Random

from headwater_server.evaluation.shop import CATEGORIES, STYLES, Shop, ShopItem

SLOTS_SEEN_MAX = 20
INTENT = 0.7  # share of visits with an item in mind, rather than to browse
DRIFT_CATEGORIES = 5
DRIFT_STYLES = 2


@dataclass(frozen=True, slots=True)
class Act:
    """One event of a shopper. ``position`` counts from 1 in the list shown; 0 = found elsewhere."""

    event_type: str
    item_id: str
    position: int = 0
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """The outcome of one list. ``seen``: the items of the slots that the shopper really saw.

    ``hit`` is whether the list contained the wanted item, None if the shopper only browsed.
    """

    seen: tuple[str, ...]
    acts: tuple[Act, ...]
    hit: bool | None


@dataclass
class Shopper:
    """One visitor: a first and a second category, and a style."""

    visitor_id: str
    first: int
    second: int
    style: int
    visits: int = 0

    def drift(self) -> None:
        """Change the preferred categories and style."""
        self.first = (self.first + DRIFT_CATEGORIES) % len(CATEGORIES)
        self.second = (self.second + DRIFT_CATEGORIES) % len(CATEGORIES)
        self.style = (self.style + DRIFT_STYLES) % len(STYLES)

    def likes(self, item: ShopItem) -> float:
        """Return how much the shopper likes an item; about 1 on average."""
        category = (
            10.0 if item.category == self.first else 3.0 if item.category == self.second else 0.15
        )
        return category * (6.0 if item.style == self.style else 0.5)


@dataclass
class Simulator:
    """A shop and its shoppers."""

    seed: int = 1
    shoppers_count: int = 300

    def __post_init__(self) -> None:
        random = Random(f"{self.seed}:shoppers")
        pick = random.randrange
        self.shoppers = [
            Shopper(f"shopper-{n}", pick(len(CATEGORIES)), pick(len(CATEGORIES)), pick(len(STYLES)))
            for n in range(self.shoppers_count)
        ]

    @cached_property
    def shop(self) -> Shop:
        """Return the shop."""
        return Shop(self.seed)

    def drift(self) -> None:
        """Change the preferences of all shoppers."""
        for shopper in self.shoppers:
            shopper.drift()

    def visit(self, shopper: Shopper, shown: Sequence[str]) -> Visit:
        """Return what ``shopper`` does when shown this list."""
        shopper.visits += 1
        random = Random(f"{self.seed}:{shopper.visitor_id}:{shopper.visits}")
        if random.random() < INTENT:
            return self._search(shopper, shown, random)
        return self._browse(shopper, shown, random)

    def _search(self, shopper: Shopper, shown: Sequence[str], random: Random) -> Visit:
        wanted = self._wanted(shopper, random)
        position = shown.index(wanted) + 1 if wanted in shown else 0
        seen = tuple(shown[: position or SLOTS_SEEN_MAX])
        bought = random.random() < 0.1
        acts = [Act("click" if position else "detail-page-view", wanted, position)]
        if bought:
            acts.append(Act("purchase-complete", wanted, position))
        return Visit(seen, tuple(acts), hit=position > 0)

    def _browse(self, shopper: Shopper, shown: Sequence[str], random: Random) -> Visit:
        seen = tuple(shown[: random.randint(4, SLOTS_SEEN_MAX)])
        for position, item_id in enumerate(seen, start=1):
            item = self.shop.item(item_id)
            if item and random.random() < min(0.5, shopper.likes(item) / 120):
                return Visit(seen[:position], (Act("click", item_id, position),), hit=None)
        return Visit(seen, (), hit=None)

    def _wanted(self, shopper: Shopper, random: Random) -> str:
        taste, items = (shopper.first, shopper.second, shopper.style), self.shop.items
        sums = self._sums.get(taste)
        if sums is None:
            weights = (item.popularity * shopper.likes(item) for item in items)
            sums = self._sums[taste] = tuple(accumulate(weights))
        return items[bisect(sums, random.random() * sums[-1])].item_id

    @cached_property
    def _sums(self) -> dict[tuple[int, int, int], tuple[float, ...]]:
        """Sums of what shoppers of a taste want, over the items; few tastes differ."""
        return {}
