"""Who the demo's visitors are: those of a shop's file (see `recorded`), or simulated ones."""

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
    """A visitor who is there now."""

    @property
    def visitor_id(self) -> str:
        """Who."""

    @property
    def explore(self) -> bool:
        """Whether the list may try out what it is not sure of."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is not to be shown to them."""

    def look(self, shown: list[str]) -> Visit:
        """Be shown a list; return what comes of it."""


class Crowd(Protocol):
    """Everybody who comes, in order."""

    name: str
    counted: str  # what the hit rate counts
    items: list[Item]

    @property
    def left(self) -> int | None:
        """How many will still come; None for no end."""

    def past(self, size: int) -> list[Event]:
        """Take the next ones as events that happened earlier."""

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
    explore = True
    left_out = ()

    @property
    def visitor_id(self) -> str:
        """Return the shopper's id."""
        return self.shopper.visitor_id

    def look(self, shown: list[str]) -> Visit:
        """Let the shopper look at the list."""
        return self.simulator.visit(self.shopper, shown)


class SimulatedCrowd:
    """Shoppers in sessions, some of them at a time."""

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
        """Return None: they come for ever."""

    def past(self, size: int) -> list[Event]:  # noqa: ARG002 - they have none
        """Return nothing."""
        return []

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
