"""A simulated shop served by the engine: the clicks of each visit, of visitors who differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from headwater_server.cli.progress import Progress
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.simulator import Simulator

SHOPPERS = 4_000
ACTIVITY = 0.7  # shape of the gamma distribution of visits: many come once, a few often
VISIT_MS = 60_000
PAGE_SIZE = 20
_START_MS = 1_000_000


@dataclass(frozen=True)
class Visits:
    """The visitor of each visit, in order, and how often a list was clicked in it."""

    visitor: NDArray[np.int64]
    clicks: NDArray[np.float64]

    def halves(self) -> tuple[Visits, Visits]:
        """Return the first half, which is history, and the second, which is an experiment."""
        middle = len(self.visitor) // 2
        return (
            Visits(self.visitor[:middle], self.clicks[:middle]),
            Visits(self.visitor[middle:], self.clicks[middle:]),
        )

    def by_visitor(
        self, visitors: int = SHOPPERS
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the number of visits and of clicks of each visitor."""
        visits = np.bincount(self.visitor, minlength=visitors).astype(np.float64)
        return visits, np.bincount(self.visitor, self.clicks, visitors).astype(np.float64)


def serve(visits: int, seed: int) -> Visits:
    """Return what shoppers clicked in so many visits to a shop that learns from them."""
    simulator = Simulator(seed, SHOPPERS)
    random = Random(f"{seed}:activity")
    activity = [random.gammavariate(ACTIVITY, 1.0) for _ in range(SHOPPERS)]
    numbers = random.choices(range(SHOPPERS), activity, k=visits)
    engine = Engine(EngineSettings())
    engine.apply(Entry(_START_MS, tuple(_items(simulator))))
    clicks = np.zeros(visits)
    with Progress("simulated shop", visits) as bar:
        for visit, shopper in enumerate(numbers):
            clicks[visit] = _visit(engine, simulator, shopper, visit)
            bar.at(visit + 1)
    return Visits(np.array(numbers), clicks)


def _items(simulator: Simulator) -> Iterator[ItemWrite]:
    for item in simulator.shop.items:
        yield ItemWrite(
            Item(item.item_id, item.title, categories=(item.category_name,), price=item.price)
        )


def _visit(engine: Engine, simulator: Simulator, number: int, visit: int) -> int:
    """Serve one visit, let the engine learn from it, and return the clicks on the list."""
    shopper = simulator.shoppers[number]
    now_ms = _START_MS + (visit + 1) * VISIT_MS
    request = RecommendRequest(
        shopper.visitor_id, str(visit), placement="home", page_size=PAGE_SIZE
    )
    answer = engine.recommend(request, now_ms)
    items = tuple(result.item_id for result in answer.results)
    seen = simulator.visit(shopper, items)
    chances = tuple(result.propensity for result in answer.results)
    slate = Slate(str(visit), answer.policy, "home", items, chances)
    events = [
        Event(f"{visit}-seen", "impression", shopper.visitor_id,
              items=tuple(map(EventItem, seen.seen)), slate=slate)
    ]  # fmt: skip
    for place, act in enumerate(seen.acts):
        events.append(
            Event(f"{visit}-{place}", act.event_type, shopper.visitor_id,
                  items=(EventItem(act.item_id),), position=act.position,
                  slate=slate if act.position else None)
        )  # fmt: skip
    engine.apply(Entry(now_ms, tuple(events[not seen.seen :])))
    return sum(act.event_type == "click" and act.position > 0 for act in seen.acts)
