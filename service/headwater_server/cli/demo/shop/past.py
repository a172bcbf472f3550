"""The past events of the shop, as files that `headwater import` reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

from headwater_server.cli.demo.shop.goods import Product
from headwater_server.cli.demo.shop.shoppers import WEEKS, Shopper
from headwater_server.engine.messages.entries import Item
from headwater_server.evaluation.shop_history import ShopHistory

WEEK_S = 7 * 24 * 3600
STEP_S = (8, 90)  # between two events of a visit
_OWN = ("item_id", "title", "categories", "price")
Row = tuple[float, str, str, str]
"""Time in seconds, visitor, item, event type."""


def simulated_past(
    shoppers: Sequence[Shopper], sessions: int, now_s: float, seed: int
) -> list[Row]:
    """Return the events of the shoppers in the weeks before ``now_s``, by time."""
    random = Random(f"{seed}:past")
    rows: list[Row] = []
    for _ in range(sessions):
        shopper = random.choice(shoppers)
        ago_s = random.random() * WEEKS * WEEK_S
        rows += _session(shopper, ago_s, now_s, random)
    return sorted(rows)


def _session(shopper: Shopper, ago_s: float, now_s: float, random: Random) -> Iterator[Row]:
    week = WEEKS - 1 - int(ago_s / WEEK_S)
    time_s = now_s - ago_s
    for event_type, item_id in shopper.session(week):
        yield min(round(time_s, 3), now_s), shopper.visitor_id, item_id, event_type
        time_s += random.uniform(*STEP_S)


def recorded_past(history: ShopHistory, now_s: float) -> list[tuple[float, str, str, str, str]]:
    """Return the events of a file, with all times moved so that the last event is now."""
    events = history.file
    moved_s = now_s - events.times_ms[-1] / 1000
    return [
        (round(time_ms / 1000 + moved_s, 3), who, what, how, "" if value is None else str(value))
        for time_ms, who, what, how, value in zip(
            events.times_ms, events.visitor_ids, events.item_ids, events.event_types,
            events.values, strict=True,
        )
    ]  # fmt: skip


def write_events(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a file of events."""
    header = ("timestamp", "user_id", "item_id", "event_type", "value")
    _write(path, header, ((*row, "")[: len(header)] for row in rows))


def write_items(path: Path, products: Iterable[Product]) -> None:
    """Write a file of items, with the columns that an import reads."""
    header = ("item_id", "title", "categories", "price", "maker", "kind")
    _write(
        path, header, ((p.item_id, p.title, p.category, p.price, p.maker, p.kind) for p in products)
    )


def write_described(path: Path, items: Sequence[Item]) -> None:
    """Write items of any shop as a file of ours; a feature becomes a column."""
    names = sorted({name for item in items for name, _ in item.features} - set(_OWN))
    rows = []
    for item in items:
        features = dict(item.features)
        own = (item.item_id, item.title, "|".join(item.categories),
               "" if item.price is None else item.price)  # fmt: skip
        rows.append((*own, *(features.get(name, "") for name in names)))
    _write(path, (*_OWN, *names), rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
