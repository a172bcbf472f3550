"""A million rows made of a real shop's: the same rows again, each copy later than the last."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

TYPES = {"detail-page-view": "view", "add-to-cart": "cart", "purchase-complete": "purchase"}
REES46 = (
    "event_time", "event_type", "product_id", "category_id", "category_code", "brand", "price",
    "user_id", "user_session",
)  # fmt: skip
CATEGORIES = ("electronics.smartphone", "appliances.kitchen.washer", "", "computers.notebook")
BRANDS = ("samsung", "apple", "", "xiaomi", "lg")


def write_native(events: Path, out: Path, rows: int) -> None:
    """Write ``rows`` events with Headwater's columns."""
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("timestamp", "user_id", "item_id", "event_type", "value"))
        writer.writerows(islice(_shifted(events), rows))


def write_rees46(events: Path, out: Path, rows: int) -> None:
    """Write the same events in the form of REES46's monthly files."""
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REES46)
        writer.writerows(_rees46(row) for row in islice(_shifted(events), rows))


def _shifted(events: Path) -> Iterator[tuple[int, str, str, str, str]]:
    with gzip.open(events, "rt", encoding="utf-8", newline="") as file:
        kept = list(csv.DictReader(file))
    first, last = int(float(kept[0]["timestamp"])), int(float(kept[-1]["timestamp"]))
    for copy in count():
        later = copy * (last - first + 1)
        for row in kept:
            time = int(float(row["timestamp"])) + later
            value = row.get("value", "")
            yield time, row["user_id"], row["item_id"], row["event_type"], value


def _rees46(row: tuple[int, str, str, str, str]) -> tuple[str, ...]:
    time, user, item, kind, _ = row
    at = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    number = sum(item.encode())
    category, brand = CATEGORIES[number % len(CATEGORIES)], BRANDS[number % len(BRANDS)]
    session = f"{abs(hash((user, time // 3600))):032x}"
    return (
        at, TYPES.get(kind, kind), item, f"20530135{number:011d}", category, brand,
        f"{number / 7:.2f}", user, session,
    )  # fmt: skip
