"""A shop large enough to be slow: 10,000 items, and a past that fills the models' rows."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random

KINDS = ("Lamp", "Chair", "Table", "Rug", "Mug", "Plate", "Clock", "Mirror", "Vase", "Shelf")
LOOKS = ("Copper", "Oak", "Linen", "Glass", "Marble", "Rattan", "Brass", "Felt", "Clay", "Steel")
NAMES = ("Alma", "Birk", "Cato", "Dune", "Elba", "Fjord", "Gent", "Holm", "Isla", "Juno")
SESSION_EVENTS = 8
SECONDS_BETWEEN = 20
SKEW = 3.0  # an item's number is a uniform draw to this power: few are wanted by many


@dataclass(frozen=True)
class Workload:
    """What the servers know before the first round; the same for the same sizes."""

    items: int = 10_000
    visitors: int = 2_000
    events: int = 30_000

    def item_id(self, random: Random) -> str:
        """Return an item that somebody wants, popular ones more often."""
        return f"item-{int(self.items * random.random() ** SKEW)}"

    def visitor_id(self, random: Random) -> str:
        """Return one of those who come."""
        return f"visitor-{random.randrange(self.visitors)}"

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the past as event and item files, as `headwater import` takes them."""
        events, items = folder / "events.csv", folder / "items.csv"
        with items.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("item_id", "title", "categories", "price"))
            rows.writerows(self._item(n) for n in range(self.items))
        with events.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("timestamp", "user_id", "item_id", "event_type"))
            rows.writerows(self._events())
        return events, items

    def _item(self, n: int) -> tuple[str, str, str, float]:
        kind, look, name = KINDS[n % 10], LOOKS[n // 10 % 10], NAMES[n // 100 % 10]
        return f"item-{n}", f"{look} {kind} {name} {n // 1000}", kind.lower(), 5.0 + n % 200

    def _events(self) -> list[tuple[int, str, str, str]]:
        """Sessions one after the other; each stays near one kind of item."""
        random = Random("events")
        rows = []
        for n in range(self.events):
            if n % SESSION_EVENTS == 0:
                visitor_id, kind = self.visitor_id(random), random.randrange(len(KINDS))
            number = int(self.items * random.random() ** SKEW)
            if random.random() < 0.8:
                number += (kind - number) % len(KINDS)
            row = (SECONDS_BETWEEN * n, visitor_id, f"item-{number % self.items}", "click")
            rows.append(row)
        return rows
