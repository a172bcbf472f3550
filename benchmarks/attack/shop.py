"""The shop that is flooded: its keys, items and past."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial

from headwater import AsyncClient, Event, Item, OverloadedError

SHOP_KEY = "backend-of-the-honest-shop"
ATTACK_KEY = "another-backend-that-floods"
PAGE_KEY = "page-key-that-anybody-reads"
ITEMS = 5_000
VISITORS = 500
EVENTS = 4_000
BATCH = 250


def environment() -> dict[str, str]:
    """Return the server's keys."""
    return {
        "HEADWATER_KEYS": f"{SHOP_KEY},{ATTACK_KEY}",
        "HEADWATER_PAGE_KEYS": f"{PAGE_KEY};scopes=feedback+recommend",
    }


def item_id(number: int) -> str:
    """Return an item's id."""
    return f"sku-{number}"


def visitor_id(number: int) -> str:
    """Return a visitor's id."""
    return f"visitor-{number}"


def click(rng: random.Random) -> Event:
    """Return a click of some visitor on some item, popular ones more often."""
    item = int(rng.paretovariate(0.7)) % ITEMS
    return Event("click", visitor_id(rng.randrange(VISITORS)), items=[item_id(item)])


async def fill(client: AsyncClient) -> None:
    """Describe the items, and let visitors click."""
    rng = random.Random(7)
    for start in range(0, ITEMS, BATCH):
        items = [_item(n) for n in range(start, start + BATCH)]
        await _patiently(partial(client.upsert_items, items, timeout_s=60))
    for _ in range(0, EVENTS, BATCH):
        events = [click(rng) for _ in range(BATCH)]
        await _patiently(partial(client.feedback, events, timeout_s=60))


async def _patiently(call: Callable[[], Awaitable[object]]) -> None:
    """Call again while the machine is too busy."""
    while True:
        try:
            await call()
        except OverloadedError:
            await asyncio.sleep(1)
        else:
            return


def _item(n: int) -> Item:
    title, categories = f"thing {n % 977} of {n % 31}", [f"c{n % 50}"]
    return Item(item_id(n), title=title, categories=categories, price=float(n % 300))
