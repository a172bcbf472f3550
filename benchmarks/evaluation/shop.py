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
from headwater_server.evaluation.simulator import Shopper, Simulator

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
    engine.apply(shop_entry(simulator))
    clicks = np.zeros(visits)
    with Progress("simulated shop", visits) as bar:
        for visit, shopper in enumerate(numbers):
            clicks[visit] = _visit(engine, simulator, shopper, visit)
            bar.at(visit + 1)
    return Visits(np.array(numbers), clicks)


def shop_entry(simulator: Simulator) -> Entry:
    """Return the entry that describes all items."""
    return Entry(_START_MS, tuple(_items(simulator)))


def _items(simulator: Simulator) -> Iterator[ItemWrite]:
    for item in simulator.shop.items:
        yield ItemWrite(
            Item(item.item_id, item.title, categories=(item.category_name,), price=item.price)
        )


def _visit(engine: Engine, simulator: Simulator, number: int, visit: int) -> int:
    """Serve one visit, let the engine learn from it, and return the clicks on the list."""
    entry, clicks = visit_entry(engine, simulator, simulator.shoppers[number], visit, PAGE_SIZE)
    engine.apply(entry)
    return clicks


def time_of_visit_ms(visit: int) -> int:
    """Return the time of a visit, from its number."""
    return _START_MS + (visit + 1) * VISIT_MS


def visit_entry(
    engine: Engine, simulator: Simulator, shopper: Shopper, visit: int, page_size: int
) -> tuple[Entry, int]:
    """Serve one visit; return the events of it, and the clicks on the list."""
    now_ms = time_of_visit_ms(visit)
    request = RecommendRequest(
        shopper.visitor_id, str(visit), placement="home", page_size=page_size
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
    clicks = sum(act.event_type == "click" and act.position > 0 for act in seen.acts)
    return Entry(now_ms, tuple(events[not seen.seen :])), clicks
