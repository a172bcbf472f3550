"""The products of the demo shop: 300 products of 50 kinds by six makers, from `goods.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from random import Random
from typing import Any

from headwater import Item

CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Product:
    """One product. ``kind`` is what it is, such as "tent", and what its picture shows."""

    item_id: str
    name: str
    maker: str
    colour: str
    category: str
    kind: str
    price: float
    tags: tuple[str, ...]
    text: str

    @property
    def title(self) -> str:
        """Return the title for the recommender, without the colour."""
        return f"{self.maker} {self.name}"

    def as_item(self) -> Item:
        """Return the product as the recommender gets it."""
        return Item(
            self.item_id,
            title=self.title,
            categories=[self.category],
            price=self.price,
            currency_code=CURRENCY,
            tags=self.tags,
            features={"maker": self.maker, "kind": self.kind, "colour": self.colour},
        )


@dataclass(frozen=True, slots=True)
class Occasion:
    """A purpose of shopping: the kinds that it needs, and how frequent it is in each week."""

    name: str
    kinds: tuple[str, ...]
    weeks: tuple[int, ...]


class Goods:
    """All products, the same for the same seed.

    >>> goods = Goods(1)
    >>> len(goods.products), goods.products[0].item_id, len(goods.by_kind["tent"])
    (300, 'tent-halden', 6)
    """

    def __init__(self, seed: int) -> None:
        data = tomllib.loads(files(__package__).joinpath("goods.toml").read_text("utf-8"))
        random = Random(f"{seed}:goods")
        self.makers: tuple[str, ...] = tuple(data["makers"])
        self.products = tuple(
            _product(maker, place, data["makers"][maker], kind, category, details, random)
            for category, kinds in data["categories"].items()
            for kind, details in kinds.items()
            for place, maker in enumerate(self.makers)
        )
        self.occasions = tuple(
            Occasion(name, tuple(of["kinds"]), tuple(of["weeks"]))
            for name, of in data["occasions"].items()
        )

    @cached_property
    def by_kind(self) -> dict[str, list[Product]]:
        """Return the products of each kind, one a maker, in the makers' order."""
        kinds: dict[str, list[Product]] = {}
        for product in self.products:
            kinds.setdefault(product.kind, []).append(product)
        return kinds

    @cached_property
    def by_id(self) -> dict[str, Product]:
        """Return the products by their ids."""
        return {product.item_id: product for product in self.products}


def _product(
    maker: str,
    place: int,
    made: dict[str, Any],
    kind: str,
    category: str,
    details: dict[str, Any],
    random: Random,
) -> Product:
    name, price = details["sizes"][place % len(details["sizes"])]
    return Product(
        item_id=f"{kind}-{maker.lower()}",
        name=name,
        maker=maker,
        colour=random.choice(made["colours"]),
        category=category,
        kind=kind,
        price=_shelf_price(price * made["price"] * random.uniform(0.94, 1.06)),
        tags=tuple(made["tags"]),
        text=f"{details['text']} {made['text']}",
    )


def _shelf_price(price: float) -> float:
    """Return a usual shop price.

    >>> _shelf_price(17.31), _shelf_price(83.2), _shelf_price(431.7)
    (16.9, 83.0, 429.0)
    """
    if price < 30:
        return round(price) - 0.1
    return float(round(price) if price < 200 else round(price / 10) * 10 - 1)
