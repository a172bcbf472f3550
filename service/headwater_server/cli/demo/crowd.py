"""Where the demo's visitors come from: a shop's file, or the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol

from headwater import Item
from headwater_server.cli.import_target import to_client_item
from headwater_server.evaluation.history import History
from headwater_server.evaluation.simulator import Act, Shopper, Simulator, Visit

SESSION_VISITS_MAX = 12
SHOPPERS_AT_ONCE = 16


class Arrival(Protocol):
    """A visitor who is there now."""

    @property
    def visitor_id(self) -> str:
        """Who."""

    def look(self, shown: list[str]) -> Visit:
        """Be shown a list; return what comes of it."""


class Crowd(Protocol):
    """Everybody who comes, in order."""

    name: str
    items: list[Item]

    def arrivals(self) -> Iterator[Arrival]:
        """Yield visitors one after the other."""

    def drift(self) -> str:
        """Change taste if this crowd can; return what to say about it, "" for nothing."""

    def three_clicks(self) -> list[str]:
        """Return three items that belong together, for one newcomer to click."""


@dataclass(frozen=True, slots=True)
class SimulatedArrival:
    """A simulated shopper, who acts on what is shown."""

    simulator: Simulator
    shopper: Shopper

    @property
    def visitor_id(self) -> str:
        """Return the shopper's id."""
        return self.shopper.visitor_id

    def look(self, shown: list[str]) -> Visit:
        """Let the shopper look at the list."""
        return self.simulator.visit(self.shopper, shown)


class SimulatedCrowd:
    """Shoppers in sessions, some of them at a time."""

    def __init__(self, seed: int) -> None:
        self._simulator = Simulator(seed)
        self._random = Random(f"{seed}:sessions")
        self.name = f"{len(self._simulator.shoppers)} simulated shoppers"
        self.items = [
            Item(i.item_id, title=i.title, categories=[i.category_name], price=i.price)
            for i in self._simulator.shop.items
        ]

    def arrivals(self) -> Iterator[SimulatedArrival]:
        """Yield shoppers for ever, each a few times in a row with others in between."""
        random, everybody = self._random, self._simulator.shoppers
        present = random.sample(everybody, SHOPPERS_AT_ONCE)
        while True:
            place = random.randrange(len(present))
            yield SimulatedArrival(self._simulator, present[place])
            if random.randrange(SESSION_VISITS_MAX) == 0:
                present[place] = random.choice(everybody)

    def drift(self) -> str:
        """Change everybody's taste."""
        self._simulator.drift()
        return "every shopper's taste has just changed"

    def three_clicks(self) -> list[str]:
        """Return three items of one category and style."""
        first = self._simulator.shop.items[-1]
        alike = [
            i.item_id
            for i in self._simulator.shop.items
            if (i.category, i.style) == (first.category, first.style)
        ]
        return alike[:3]


@dataclass(frozen=True, slots=True)
class RecordedArrival:
    """A visitor of the file, who does what the file says whatever is shown."""

    visitor_id: str
    act: Act
    counted: bool

    def look(self, shown: list[str]) -> Visit:
        """Return what the file says; nobody knows what was seen, so no impression."""
        hit = self.act.item_id in shown if self.counted else None
        return Visit((), (self.act,), hit)


class RecordedCrowd:
    """The visitors of a shop's file, in its order."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.name = f"{len(history.events):,} events of {history.events.path.name}"
        self.items = [to_client_item(write) for write in history.items]

    def arrivals(self) -> Iterator[RecordedArrival]:
        """Yield one visitor for each event of the file."""
        latest: dict[str, str] = {}
        rewards = self._history.settings.rewards
        for event in self._history.events.events():
            item_id, visitor_id = event.items[0].item_id, event.visitor_id
            counted = rewards[event.event_type] > 0 and latest.get(visitor_id) != item_id
            latest[visitor_id] = item_id
            act = Act(event.event_type, item_id, value=event.value)
            yield RecordedArrival(visitor_id, act, counted)

    def drift(self) -> str:
        """Do nothing: real visitors drift by themselves."""
        return ""

    def three_clicks(self) -> list[str]:
        """Return the first three different items of the first visitor who has as many."""
        touched: dict[str, dict[str, None]] = {}
        events = self._history.events
        for visitor_id, item_id in zip(events.visitor_ids, events.item_ids, strict=True):
            items = touched.setdefault(visitor_id, {})
            items[item_id] = None
            if len(items) == 3:
                return list(items)
        return list(dict.fromkeys(events.item_ids))[:3]
