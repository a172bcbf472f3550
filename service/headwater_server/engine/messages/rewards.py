"""Rewards of events, and the event types that refuse an item."""

from __future__ import annotations

import math

from headwater_server.engine.messages.events import Event
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.engine.settings import EngineSettings

IMPRESSION = "impression"
RATING = "rating"
PURCHASE = "purchase-complete"
RETURN = "return"
LOGOUT = "logout"
"""Ends the visitor's link to an account. It names no item, has no reward and teaches nothing."""
REFUSALS = frozenset({"dismiss", "dislike"})
"""Types after which the item is not recommended to this visitor until the next interaction."""


def canonical_type(event_type: str) -> str:
    """Return the name that the reward table uses.

    >>> canonical_type("purchase")
    'purchase-complete'
    """
    return ALIASES.get(event_type, event_type)


def reward_of(event: Event, settings: EngineSettings) -> float:
    """Return the event's own reward, else its type's; a rating's is its value times the table's.

    Raises KeyError for a type that is not in the table (the firewall rejects these).

    >>> reward_of(Event("e", "rating", "v", value=4.0), EngineSettings())
    0.8
    >>> reward_of(Event("e", "click", "v", reward=0.25), EngineSettings())
    0.25
    """
    if event.reward is not None:
        return event.reward
    name = canonical_type(event.event_type)
    reward = settings.rewards[name]
    if name == RATING:
        value = event.value if event.value is not None else math.nan
        return reward * value
    return reward


def weight_of(event: Event, reward: float) -> float:
    """Return how much an act with this ``reward`` counts: 0 to 1, in part if the event says so.

    The table's rewards only say which types are good: a click teaches a whole act, as an order.

    >>> weight_of(Event("e", "click", "v"), 0.3)
    1.0
    >>> weight_of(Event("e", "click", "v", reward=0.3), 0.3)
    0.3
    """
    return abs(reward) if event.reward is not None else float(reward != 0.0)
