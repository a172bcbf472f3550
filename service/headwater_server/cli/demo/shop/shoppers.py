"""The simulated shoppers: each has occasions to shop for, and favourite makers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from headwater_server.cli.demo.shop.goods import Goods, Occasion, Product

WEEKS = 4
OWN_OCCASIONS = 3  # favourite occasions of a shopper
OWN_WEIGHT = 8.0  # how much more frequent than the others
MAKER_WEIGHTS = (6.0, 3.0, 1.0, 1.0, 0.5, 0.5)
LOOKS_INTO = 0.75  # share of the kinds of an occasion that a shopper looks at
CART, BUY = 0.3, 0.5
Act = tuple[str, str]
"""Event type and item ID."""


@dataclass
class Shopper:
    """One visitor with a taste."""

    visitor_id: str
    goods: Goods
    seed: int
    _makers: list[float] = field(init=False)
    _own: list[Occasion] = field(init=False)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed}:{self.visitor_id}")
        self._makers = self._random.sample(MAKER_WEIGHTS, len(MAKER_WEIGHTS))
        self._own = self._random.sample(self.goods.occasions, OWN_OCCASIONS)

    def occasion(self, week: int) -> Occasion:
        """Return what the shopper comes for in a week; it changes with the season."""
        weights = [
            of.weeks[week] * (OWN_WEIGHT if of in self._own else 1.0) for of in self.goods.occasions
        ]
        return self._random.choices(self.goods.occasions, weights)[0]

    def session(self, week: int) -> Iterator[Act]:
        """Yield the events of one visit."""
        basket: list[str] = []
        for kind in self.occasion(week).kinds:
            if self._random.random() > LOOKS_INTO:
                continue
            item_id = ""
            for _ in range(self._random.randint(1, 3)):
                item_id = self._pick(kind).item_id
                yield "detail-page-view", item_id
            if self._random.random() < CART:
                basket.append(item_id)
                yield "add-to-cart", item_id
        if self._random.random() < BUY:
            yield from (("purchase-complete", item_id) for item_id in basket)

    def clicks(self, product: Product, kinds: Sequence[str]) -> bool:
        """Return whether the shopper, who wants these kinds, clicks on a product."""
        liking = self._makers[self.goods.makers.index(product.maker)] / MAKER_WEIGHTS[0]
        chance = 0.35 if product.kind in kinds else 0.02
        return self._random.random() < chance * (0.3 + liking)

    def takes(self) -> bool:
        """Return whether the shopper puts the clicked product into the basket."""
        return self._random.random() < CART

    def _pick(self, kind: str) -> Product:
        return self._random.choices(self.goods.by_kind[kind], self._makers)[0]


def crowd(goods: Goods, count: int, seed: int) -> list[Shopper]:
    """Return ``count`` shoppers, the same for the same seed."""
    return [Shopper(f"shopper-{n}", goods, seed) for n in range(count)]
