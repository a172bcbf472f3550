"""A synthetic shop: items with a category, a style, a price and a popularity."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

CATEGORIES = {
    "lamps": "Lamp", "chairs": "Chair", "tables": "Table", "rugs": "Rug", "mugs": "Mug",
    "plates": "Plate", "clocks": "Clock", "mirrors": "Mirror", "vases": "Vase",
    "candles": "Candle", "cushions": "Cushion", "shelves": "Shelf",
}  # fmt: skip
STYLES = ("Copper", "Oak", "Linen", "Glass", "Marble", "Rattan")
NAMES = ("Alma", "Birk", "Cato", "Dune", "Elba", "Fjord")
SIZES = ("Small", "Tall")


@dataclass(frozen=True, slots=True)
class ShopItem:
    """One item on sale; category and style are numbers into `CATEGORIES` and `STYLES`."""

    item_id: str
    title: str
    category: int
    style: int
    price: float
    popularity: float

    @property
    def category_name(self) -> str:
        """Return the category's name in the catalogue."""
        return tuple(CATEGORIES)[self.category]


class Shop:
    """Some hundred items, always the same for the same seed.

    >>> shop = Shop(1)
    >>> len(shop.items), shop.items[0].category_name, shop.item("no-such") is None
    (864, 'lamps', True)
    """

    def __init__(self, seed: int) -> None:
        random = Random(f"{seed}:shop")
        variants = [
            (category, style, f"{size} {STYLES[style]} {noun} {name}")
            for category, noun in enumerate(CATEGORIES.values())
            for style in range(len(STYLES))
            for size in SIZES
            for name in NAMES
        ]
        self.items = tuple(
            ShopItem(
                f"item-{n}", title, category, style,
                price=round(random.uniform(4, 200), 2),
                popularity=1 / random.randint(1, 12),
            )
            for n, (category, style, title) in enumerate(variants)
        )  # fmt: skip
        self._by_id = {item.item_id: item for item in self.items}

    def item(self, item_id: str) -> ShopItem | None:
        """Return an item on sale, None if there is none of this id."""
        return self._by_id.get(item_id)
