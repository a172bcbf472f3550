"""A shop of any size: items and events drawn in blocks, so that a million items need no memory."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.shops import shape
from benchmarks.shops.sessions import sessions

BLOCK = 10_000
START_S = 1_700_000_000


class MadeItem(NamedTuple):
    """A row of an item file."""

    item_id: str
    title: str
    categories: tuple[str, ...]
    price: float


class MadeEvent(NamedTuple):
    """A row of an event file, sorted by time."""

    time_s: int
    visitor_id: str
    item_id: str
    event_type: str


def item_id(number: int) -> str:
    """Return the id of an item; popular ones have low numbers."""
    return f"item-{number}"


def visitor_id(number: int) -> str:
    """Return the id of a visitor; those who come often have low numbers."""
    return f"visitor-{number}"


@dataclass(frozen=True)
class Shop:
    """What is sold, who comes and what they do; equal values give equal rows.

    >>> shop = Shop(items=100, visitors=50, events=20)
    >>> list(shop.events_made()) == list(Shop(100, 50, 20).events_made())
    True
    """

    items: int = 10_000
    visitors: int = 10_000
    events: int = 40_000
    seed: int = 13
    once: bool = False
    """Each visitor comes once, for one event: many visitors from few events."""

    def items_made(self) -> Iterator[MadeItem]:
        """Yield the items by number."""
        for start in range(0, self.items, BLOCK):
            yield from self._items(range(start, min(self.items, start + BLOCK)))

    def _items(self, numbers: range) -> Iterator[MadeItem]:
        rng = np.random.default_rng((self.seed, 1, numbers.start))
        words = round(shape.WORDS_AT * math.sqrt(self.items / shape.WORDS_ITEMS))
        drawn = shape.WORDS.ranks(rng.random((len(numbers), shape.TITLE_WORDS[1])), words).tolist()
        lengths = rng.integers(*shape.TITLE_WORDS, len(numbers)).tolist()
        kinds = rng.integers(*shape.CATEGORIES, len(numbers)).tolist()
        prices = rng.lognormal(shape.PRICE_LOG_MEAN, shape.PRICE_LOG_SD, len(numbers)).tolist()
        for row, number in enumerate(numbers):
            own = number % self.categories
            title = [f"kind{own}", *(f"word{n}" for n in drawn[row][1 : lengths[row]])]
            others = (own + 7 * n for n in range(kinds[row]))
            categories = tuple(dict.fromkeys(f"category {n % self.categories}" for n in others))
            price = round(prices[row], 2)
            yield MadeItem(item_id(number), " ".join(title), categories, price)

    @property
    def categories(self) -> int:
        """Number of kinds of items; an item is of kind number modulo this."""
        return max(1, round(math.sqrt(self.items)))

    def events_made(self) -> Iterator[MadeEvent]:
        """Yield the events in the order of time."""
        if self.once:
            yield from self._one_each()
            return
        names = [name for name, _ in shape.EVENT_TYPES]
        left = self.events
        for block in sessions(self.items, self.visitors, self.categories, self.seed):
            for time_s, visitor, item, kind in zip(*(c.tolist() for c in block), strict=True):
                if not left:
                    return
                left -= 1
                names_of = (visitor_id(visitor), item_id(item), names[kind])
                yield MadeEvent(START_S + time_s, *names_of)

    def _one_each(self) -> Iterator[MadeEvent]:
        rng = np.random.default_rng((self.seed, 2))
        for start in range(0, self.events, BLOCK):
            numbers = range(start, min(self.events, start + BLOCK))
            for n, item in zip(numbers, self._wanted(rng, len(numbers)), strict=True):
                names = (visitor_id(n % self.visitors), item_id(item), "view")
                yield MadeEvent(START_S + n, *names)

    def _wanted(self, rng: np.random.Generator, count: int) -> list[int]:
        wanted: list[int] = shape.ITEMS.ranks(rng.random(count), self.items).tolist()
        return wanted

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write events and items as `headwater import` takes them; return both paths."""
        events, items = folder / "events.csv", folder / "items.csv"
        with items.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(("item_id", "title", "categories", "price"))
            for one in self.items_made():
                rows.writerow((one.item_id, one.title, "|".join(one.categories), one.price))
        with events.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(("timestamp", "user_id", "item_id", "event_type"))
            rows.writerows(self.events_made())
        return events, items
