"""Rewards of events, and the event types that refuse an item."""

from __future__ import annotations

import math

from headwater_server.engine.messages.events import Event
from headwater_server.engine.settings import ALIASES, EngineSettings

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
    """Return the event's reward; a rating's is its value times the table's (5 stars: 1.0).

    Raises KeyError for a type that is not in the table (the firewall rejects these).

    >>> reward_of(Event("e", "rating", "v", value=4.0), EngineSettings())
    0.8
    """
    name = canonical_type(event.event_type)
    reward = settings.rewards[name]
    if name == RATING:
        value = event.value if event.value is not None else math.nan
        return reward * value
    return reward
