"""What one more item, visitor, event id and pair of items takes of the process.

Each is measured by a process of its own, as the growth of its resident memory.
``python -m benchmarks.parts.memory KIND COUNT`` prints the bytes of one.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.parts.part import Part, Settings
from benchmarks.shops.learned import settings_for, write_of
from benchmarks.shops.shop import Shop, visitor_id
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.event_class import class_of
from headwater_server.engine.warmup import warm_up
from headwater_server.replica.operators.memory import (
    give_back_memory,
    map_large_blocks,
    process_bytes,
)

COUNT = 250_000  # a little less than a power of two, where a table that doubles is nearly full
EVENT_IDS_TIMES = 4  # as many event ids: they are small
VISITOR_ITEMS = 5
NEIGHBOURS = 64
HOUR_MS = 3_600_000

Grow = Callable[[int], None]
"""Makes that many more."""


def _items(count: int) -> Grow:
    shop = Shop(count)
    engine, made = Engine(settings_for(shop)), shop.items_made()

    def grow(more: int) -> None:
        for _ in range(more):
            engine.apply(Entry(1, (write_of(next(made)),)))

    return grow


def _event_ids(_: int) -> Grow:
    windows, ids = Engine().parts.deduplication, iter(range(2**62))

    def grow(more: int) -> None:
        for n in range(more):
            number = next(ids)
            event = Event(f"order-{number}", "view", f"v{n % 100}", items=(EventItem("i"),))
            windows.remember(event, event.visitor_id, HOUR_MS + number)

    return grow


def _visitors(count: int) -> Grow:
    settings = EngineSettings(visitors_max=2 * count)
    visitors, ids = Engine(settings).parts.visitors, iter(range(2**62))
    view = Event("e", "view", "v", items=(EventItem("i"),))

    def grow(more: int) -> None:
        for _ in range(more):
            number = next(ids)
            row = visitors.open(visitor_id(number), "", float(number), class_of(view, settings))
            for n in range(VISITOR_ITEMS):
                visitors.histories.add(row, (7 * number + n) % 10_000, float(number))

    return grow


def _pairs(count: int) -> Grow:
    """Count pairs (a, b) that are new to both models of pairs."""
    models, ids = Engine().parts.models, iter(range(2**62))
    for _ in models.reserving(count // NEIGHBOURS + NEIGHBOURS + 1):
        pass
    inside = np.ones(1, dtype=np.bool_)

    def grow(more: int) -> None:
        for _ in range(more):
            first, place = divmod(next(ids), NEIGHBOURS)
            history = np.array([first], dtype=np.int32)
            models.next_item.learn(history, first + 1 + place)
            models.companions.learn(history, first + 1 + place, in_session=inside)

    return grow


KINDS: dict[str, Callable[[int], Grow]] = {
    "item": _items,
    "visitor": _visitors,
    "event id": _event_ids,
    "pair": _pairs,
}


def grown_bytes(kind: str, count: int) -> float:
    """Return the bytes of one of ``count``; the first few are made before."""
    map_large_blocks()
    warm_up()
    grow, first = KINDS[kind](count), count // 100
    grow(first)
    before = _held_bytes()
    grow(count - first)
    return (_held_bytes() - before) / (count - first)


def _held_bytes() -> int:
    """Return the resident bytes, without what was freed and not given back."""
    gc.collect()
    give_back_memory()
    return process_bytes()


def _memory(settings: Settings) -> dict[str, Any]:
    count = settings.sized(COUNT)
    counts = {kind: count * EVENT_IDS_TIMES if kind == "event id" else count for kind in KINDS}
    found: dict[str, Any] = {kind: _in_child(kind, one) for kind, one in counts.items()}
    return {"bytes": found, "counts": counts, "visitor_items": VISITOR_ITEMS, "failed": 0}


def _in_child(kind: str, count: int) -> float:
    command = [sys.executable, "-m", "benchmarks.parts.memory", kind, str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


MEMORY = Part("memory", "bytes an item, visitor, event id and pair", _memory)

if __name__ == "__main__":
    print(grown_bytes(sys.argv[1], int(sys.argv[2])))
