"""A large shop whose items have features, whose visitors have acted, and one with much history."""

from __future__ import annotations

import random

from headwater_server.cli.progress import Progress
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate

BATCH = 500
HISTORY = 200
OPEN = 2_000
"""Impressions whose windows are open."""
REGULAR = "visitor-regular"
USER_FEATURES = tuple((f"f{n}", float(n)) for n in range(20))


def item_id(number: int) -> str:
    """Return the id of an item."""
    return f"item-{number}"


def item(number: int) -> Item:
    """Return an item's data: a title of six words, a category, tags and features."""
    words = " ".join(f"word{(number * step) % 977}" for step in (1, 3, 7, 11, 13, 17))
    return Item(
        item_id(number),
        title=words,
        categories=(f"c{number % 50}",),
        price=float(number % 300),
        tags=(f"t{number % 7}", f"t{number % 11}"),
        features=(("colour", f"colour {number % 12}"), ("weight", float(number % 90))),
    )


def write(start: int, stop: int) -> Entry:
    """Return an entry that writes some items."""
    return Entry(0, tuple(ItemWrite(item(n)) for n in range(start, stop)), imported=True)


def act(number: int, visitor: str, item: int) -> Event:
    """Return a visitor's view of an item; every third visitor has an account."""
    account = f"user-{number}" if number % 3 == 0 and visitor != REGULAR else ""
    items = (EventItem(item_id(item)),)
    return Event(f"e{number}", "view", visitor, account, items=items, event_time_ms=500 * number)


def built(items: int, visitors: int) -> Engine:
    """Return an engine that knows so many of each."""
    rng, engine = random.Random(7), Engine()
    with Progress("build the shop", items + visitors) as progress:
        for start in range(0, items, BATCH):
            engine.apply(write(start, min(items, start + BATCH)))
            progress.at(start)
        for start in range(0, visitors, BATCH):
            numbers = range(start, min(visitors, start + BATCH))
            events = [act(n, f"visitor-{n}", _item(rng, items)) for n in numbers]
            engine.apply(Entry(0, tuple(events), imported=True))
            progress.at(items + start)
    acts = [act(visitors + n, REGULAR, _item(rng, items)) for n in range(4 * HISTORY)]
    engine.apply(Entry(0, tuple(acts), imported=True))
    users = tuple(UserWrite(f"user-{n}", USER_FEATURES) for n in range(0, visitors, 3))
    engine.apply(Entry(engine.parts.clock_ms, users))
    engine.apply(Entry(engine.parts.clock_ms, tuple(_seen(n, rng, items) for n in range(OPEN))))
    return engine


def _item(rng: random.Random, items: int) -> int:
    return int(rng.paretovariate(0.6)) % items


def _seen(number: int, rng: random.Random, items: int) -> Event:
    named = dict.fromkeys(item_id(_item(rng, items)) for _ in range(20))
    slate = Slate(f"r{number}", "best", "home", tuple(named), (1.0,) * len(named))
    return Event(f"seen-{number}", "impression", f"visitor-{number}", slate=slate)
