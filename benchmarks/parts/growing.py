"""The longest single write and event while the catalogue grows, by CPU of the thread."""

from __future__ import annotations

import heapq
import time
from dataclasses import replace
from itertools import islice
from typing import Any

from benchmarks.parts.part import Part, Settings
from benchmarks.shops.learned import event_of, settings_for, write_of
from benchmarks.shops.shop import Shop
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Operation
from headwater_server.engine.warmup import warm_up

ITEMS = 250_000
ITEMS_AN_EVENT = 50
KEPT = 5
WARM = 300


class Longest:
    """The operations that took longest, with the size of the catalogue then."""

    def __init__(self) -> None:
        self._took: list[tuple[float, int, float]] = []

    def note(self, took_ms: float, items: int, step_ms: float) -> None:
        """Count one operation, and its longest step."""
        heapq.heappush(self._took, (took_ms, items, step_ms))
        if len(self._took) > KEPT:
            heapq.heappop(self._took)

    def figures(self) -> dict[str, Any]:
        """Return the longest one, the longest step of these, and all of them."""
        rows = [
            {"ms": ms, "items": items, "longest_step_ms": step_ms}
            for ms, items, step_ms in sorted(self._took, reverse=True)
        ]
        most = max((step_ms for _, _, step_ms in self._took), default=0.0)
        return {"longest_ms": rows[0]["ms"] if rows else 0.0, "step_ms": most, "longest": rows}


def _growing(settings: Settings) -> dict[str, Any]:
    """Write items one by one, and an event after each fifty of them.

    An operation that yields lets answers pass between its steps; the step is what they wait for.
    """
    warm_up()
    shop = Shop(settings.sized(ITEMS), visitors=10_000)
    engine = Engine(settings_for(shop))
    future = replace(shop, events=2**62).events_made()
    writes, events = Longest(), Longest()
    time_ms = 1_000 * next(future).time_s
    for n, made in enumerate(shop.items_made()):
        _timed(engine, write_of(made), time_ms, writes, n)
        if n % ITEMS_AN_EVENT == 0:
            act = next(islice(future, 1))
            time_ms = 1_000 * act.time_s
            _timed(engine, event_of(act, f"e{n}"), time_ms, events, n)
    return {"write": writes.figures(), "event": events.figures(), "items": shop.items, "failed": 0}


def _timed(engine: Engine, operation: Operation, time_ms: int, longest: Longest, n: int) -> None:
    step_ms, start_s = 0.0, time.thread_time()
    before_s = start_s
    for _ in engine.applying(Entry(time_ms, (operation,))):
        now_s = time.thread_time()
        step_ms, before_s = max(step_ms, 1_000 * (now_s - before_s)), now_s
    if n >= WARM:
        longest.note(1_000 * (time.thread_time() - start_s), n, step_ms)


GROWING = Part("growing", "the longest write and event while the catalogue grows", _growing)
