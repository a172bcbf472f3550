"""What an event counts for in an experiment: an act, its reward, a purchase with its revenue."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import PURCHASE

_NO_CODE = ""


class Act(NamedTuple):
    """What an event counts for: 1 for an act with a reward, the reward, purchases, revenue."""

    acts: float
    reward: float
    purchases: float = 0.0
    revenue: float = 0.0
    currency_code: str = _NO_CODE


def act_of(event: Event, name: str, reward: float) -> Act:
    """Return what an event counts for; ``name`` is its canonical type.

    >>> from headwater_server.engine.messages.events import EventItem
    >>> items = EventItem("tent", 2, 80.0, "EUR"), EventItem("map", 1, 5.0, "EUR")
    >>> act_of(Event("e1", "purchase", "ann", items=items), "purchase-complete", 1.0)
    Act(acts=1.0, reward=1.0, purchases=1.0, revenue=165.0, currency_code='EUR')
    """
    if name != PURCHASE:
        return _act_of_reward(reward)
    revenue, code = _revenue(event)
    return Act(1.0 if reward > 0.0 else 0.0, reward, 1.0, revenue, code)


@lru_cache(maxsize=1_024)  # few types of events have few rewards
def _act_of_reward(reward: float) -> Act:
    return Act(1.0 if reward > 0.0 else 0.0, reward)


def _revenue(event: Event) -> tuple[float, str]:
    """Return what was paid: price times quantity in the first item's currency, else the value."""
    priced = [item for item in event.items if item.price is not None]
    if not priced:
        return event.value or 0.0, ""
    code = priced[0].currency_code
    same = [item for item in priced if item.currency_code == code]
    return sum((item.price or 0.0) * item.quantity for item in same), code
