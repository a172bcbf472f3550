"""What holds in a shop for a while: what is in demand, what goes together, who likes what."""

from __future__ import annotations

from bisect import bisect
from functools import cached_property
from itertools import accumulate
from random import Random

from headwater_server.evaluation.shop import CATEGORIES, STYLES, Shop
from headwater_server.evaluation.simulator import Shopper

BY_TASTE = 0.5
BY_COMPANION = 0.35  # the rest follows the demand of the whole shop
COMPANIONS = 5
DEMAND_EXPONENT = 0.8  # Zipf's, as catalogues have it


class Fashion:
    """One fashion of a shop. Two with other names share the items, and nothing else.

    A visitor turns next to an item of their taste (half of the time; a favourite category and
    style, a second category), to one of five companions of the item that they are looking at
    (35 %), or to what is in demand. The name of the fashion seeds all three.

    >>> copper, oak = (Fashion(Shop(1), name) for name in ("copper", "oak"))
    >>> copper.companions[0] == oak.companions[0]
    False
    """

    def __init__(self, shop: Shop, name: str) -> None:
        self.shop = shop
        self.name = name
        count = len(shop.items)
        random = Random(f"{name}:demand")
        self.demand = [rank**-DEMAND_EXPONENT for rank in random.sample(range(1, count + 1), count)]
        self.companions = [random.sample(range(count), COMPANIONS) for _ in range(count)]
        self._sums: dict[tuple[int, int, int], list[float]] = {}
        self._tastes: dict[str, tuple[int, int, int]] = {}

    def turn(self, visitor_id: str, latest: int | None, random: Random) -> int:
        """Return the number of the item that the visitor turns to; never the latest one."""
        while True:
            item = self._turn(visitor_id, latest, random)
            if item != latest:
                return item

    def _turn(self, visitor_id: str, latest: int | None, random: Random) -> int:
        draw = random.random()
        if draw < BY_TASTE:
            return _drawn(self._by_taste(self.taste(visitor_id)), random)
        if draw < BY_TASTE + BY_COMPANION and latest is not None:
            return random.choice(self.companions[latest])
        return _drawn(self._by_demand, random)

    def taste(self, visitor_id: str) -> tuple[int, int, int]:
        """Return the visitor's first and second category, and style, in this fashion."""
        if visitor_id not in self._tastes:
            random = Random(f"{self.name}:{visitor_id}")
            ranges = (len(CATEGORIES), len(CATEGORIES), len(STYLES))
            first, second, style = (random.randrange(n) for n in ranges)
            self._tastes[visitor_id] = (first, second, style)
        return self._tastes[visitor_id]

    @cached_property
    def _by_demand(self) -> list[float]:
        return list(accumulate(self.demand))

    def _by_taste(self, taste: tuple[int, int, int]) -> list[float]:
        if taste not in self._sums:
            likes = Shopper("", *taste).likes
            weights = zip(self.shop.items, self.demand, strict=True)
            self._sums[taste] = list(accumulate(likes(item) * often for item, often in weights))
        return self._sums[taste]


def _drawn(sums: list[float], random: Random) -> int:
    return min(bisect(sums, random.random() * sums[-1]), len(sums) - 1)
