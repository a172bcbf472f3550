"""How long an item of an event takes to learn: measured, since it depends on model and machine."""

from __future__ import annotations

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event

FIRST_S = 300e-6  # until it is measured
LEAST_S, MOST_S = 50e-6, 2e-3  # a pause of the machine is no cost
NEW_SHARE = 0.1  # of each timed entry in the mean


class ItemCost:
    """A moving mean over entries.

    >>> cost = ItemCost()
    >>> for _ in range(200): cost.learned(items=10, took_s=0.001)
    >>> round(cost.item_s, 6)
    0.0001
    """

    def __init__(self) -> None:
        self.item_s = FIRST_S

    def learned(self, items: int, took_s: float) -> None:
        """Add an entry."""
        if items:
            seen_s = min(MOST_S, max(LEAST_S, took_s / items))
            self.item_s += NEW_SHARE * (seen_s - self.item_s)


def items_of(entry: Entry) -> int:
    """Return how many items the events of an entry have; a write counts as one."""
    return sum([len(one.items) or 1 if type(one) is Event else 1 for one in entry.operations])
