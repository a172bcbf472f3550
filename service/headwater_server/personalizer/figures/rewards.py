"""The reward that an event on the log has, as the adapter reports it."""

from __future__ import annotations

from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import RATING, RETURN, canonical_type

STARS = 5.0


def reward_on_log(event: Event) -> float:
    """Return the reward, from -1 to 1: the event's own, else that of a rating or of a rejection.

    >>> reward_on_log(Event("e1", "rating", "v1", value=5.0))
    1.0
    >>> reward_on_log(Event("e2", "return", "v1")), reward_on_log(Event("e3", "click", "v1"))
    (-1.0, 0.0)
    """
    own: float | None = getattr(event, "reward", None)  # events of some builds have none
    if own is not None:
        return own
    name = canonical_type(event.event_type)
    if name == RATING:
        return (event.value or 0.0) / STARS
    return -1.0 if name == RETURN else 0.0
