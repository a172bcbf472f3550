"""What the recipes sell, and visitors who have chosen among it before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from headwater import Client, Event, EventItem, Item

VISITORS = 60


def goods() -> Iterator[Item]:
    """Give the products of the shop, with brands, prices and tags."""
    for number in range(1, 7):
        tags = ["clearance"] if number == 6 else ["new"] if number == 2 else []
        yield Item(
            f"boots-{number}", f"Boots {number}", ["boots"], 90.0 + 10 * number, "EUR", tags=tags,
            features={"brand": "Ours" if number % 2 else "Acme"},
        )  # fmt: skip
    for number in range(1, 4):
        yield Item(f"socks-{number}", f"Socks {number}", ["socks"], 9.0, "EUR")
    for number in range(1, 7):
        yield Item(f"lamp-{number}", f"Lamp {number}", ["lamps"], 40.0 + number, "EUR")
    for number in range(1, 5):
        yield Item(f"tea-{number}", f"Tea {number}", ["tea"], 6.5, "EUR", tags=["consumable"])
    for name in ("polish-1", "laces-1", "gift-wrap"):
        yield Item(name, name.title(), ["care"], 5.0, "EUR")


def films() -> Iterator[Item]:
    """Give films and series, three of each series."""
    for number in range(1, 25):
        kind = ("drama", "comedy", "crime", "series")[number % 4]
        series = {"series": f"saga-{number % 3}"} if kind == "series" else {}
        yield Item(f"film-{number}", f"Film {number}", [kind], features=series)


def articles() -> Iterator[Item]:
    """Give the articles of the last two days, one that has expired, and one that breaks."""
    now = datetime.now(UTC)
    for number in range(1, 25):
        section = ("sport", "politics", "culture", "science")[number % 4]
        tags = ["breaking"] if number == 7 else ["new"] if number > 18 else []
        yield Item(
            f"article-{number}", f"Report {number} about {section}", [section], tags=tags,
            publish_time=now - timedelta(hours=number), expire_time=now + timedelta(days=2),
        )  # fmt: skip
    old = now - timedelta(days=3)
    yield Item("article-old", "Old news", ["sport"], publish_time=old, expire_time=old)


def fill(client: Client, items: list[Item], event_type: str) -> None:
    """Describe the items, and let visitors choose: each likes two categories."""
    client.upsert_items(items)
    random = Random(7)
    categories = sorted({item.categories[0] for item in items})
    events = []
    for visitor in range(VISITORS):
        liked = random.sample(categories, min(2, len(categories)))
        choices = [item for item in items if item.categories[0] in liked and item.item_id]
        chosen = random.sample(choices, min(5, len(choices)))
        events += [Event(event_type, f"v-{visitor}", [item.item_id]) for item in chosen]
        events.append(basket_of(visitor, chosen))
    client.feedback(events)


def basket_of(visitor: int, chosen: list[Item]) -> Event:
    """Return an order of the first two of what a visitor has looked at."""
    lines = [EventItem(item.item_id, 1, item.price, item.currency_code) for item in chosen[:2]]
    return Event("purchase-complete", f"v-{visitor}", lines)


RETAIL = (list(goods()), "click")
MEDIA = (list(films()), "view")
NEWS = (list(articles()), "click")
