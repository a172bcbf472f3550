"""The visitors of the demo: those of a file (see `recorded`), or simulated ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol

from headwater import Event, Item
from headwater_server.evaluation.simulator import Shopper, Simulator, Visit

SESSION_VISITS_MAX = 12
SHOPPERS_AT_ONCE = 16


class Arrival(Protocol):
    """One visit."""

    @property
    def visitor_id(self) -> str:
        """The visitor's ID."""

    @property
    def explore(self) -> bool:
        """Whether the list may contain items for exploration."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Items that the list must not contain."""

    def look(self, shown: list[str]) -> Visit:
        """Show the visitor a list; return what the visitor does."""


class Crowd(Protocol):
    """All visits, in order."""

    name: str
    counted: str  # what the hit rate counts
    items: list[Item]

    @property
    def left(self) -> int | None:
        """How many visits are left; None if they never end."""

    def past(self, size: int) -> list[Event]:
        """Take the next visits as past events."""

    def arrivals(self) -> Iterator[Arrival]:
        """Yield one visit after the other."""

    def drift(self) -> str:
        """Change the visitors' taste, if possible; return a line about it, or ""."""

    def three_clicks(self) -> list[str]:
        """Return three related items, for a new visitor to click."""


@dataclass(frozen=True, slots=True)
class SimulatedArrival:
    """A visit of a simulated shopper, who reacts to the list."""

    simulator: Simulator
    shopper: Shopper
    explore = True
    left_out = ()

    @property
    def visitor_id(self) -> str:
        """Return the shopper's ID."""
        return self.shopper.visitor_id

    def look(self, shown: list[str]) -> Visit:
        """Show the shopper the list."""
        return self.simulator.visit(self.shopper, shown)


class SimulatedCrowd:
    """Simulated shoppers in sessions, several at a time."""

    counted = "counted: visits for a certain item; a hit is that item on the list of 20 shown"

    def __init__(self, seed: int) -> None:
        self._simulator = Simulator(seed)
        self._random = Random(f"{seed}:sessions")
        self.name = f"{len(self._simulator.shoppers)} simulated shoppers"
        self.items = [
            Item(i.item_id, title=i.title, categories=[i.category_name], price=i.price)
            for i in self._simulator.shop.items
        ]

    @property
    def left(self) -> None:
        """Return None: the visits never end."""

    def past(self, size: int) -> list[Event]:  # noqa: ARG002 - there is no past
        """Return nothing."""
        return []

    def arrivals(self) -> Iterator[SimulatedArrival]:
        """Yield visits without end: sessions of several shoppers, mixed."""
        random, everybody = self._random, self._simulator.shoppers
        present = random.sample(everybody, SHOPPERS_AT_ONCE)
        while True:
            place = random.randrange(len(present))
            yield SimulatedArrival(self._simulator, present[place])
            if random.randrange(SESSION_VISITS_MAX) == 0:
                present[place] = random.choice(everybody)

    def drift(self) -> str:
        """Change the taste of all shoppers."""
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
