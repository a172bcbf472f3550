"""What an event makes of its profiles: how late a full table removes them."""

from __future__ import annotations

from headwater_server.engine.catalogue.eviction import CLAIMED, CONFIRMED, ORDINARY
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import PURCHASE, REFUSALS, RETURN, canonical_type
from headwater_server.engine.settings import EngineSettings


def class_of(event: Event, settings: EngineSettings) -> int:
    """Return the class of an event: purchases, refusals and accounts are worth keeping.

    What a page alone says of them is a claim, because its key is public.

    >>> settings = EngineSettings()
    >>> class_of(Event("e1", "view", "ann"), settings)
    0
    >>> class_of(Event("e1", "purchase", "ann", from_page=True), settings)
    1
    >>> class_of(Event("e1", "view", "ann", user_id="ann"), settings)
    2
    """
    if not event.user_id and not weighs(canonical_type(event.event_type), settings):
        return ORDINARY
    return CONFIRMED if event.is_proven else CLAIMED


def weighs(name: str, settings: EngineSettings) -> bool:
    """Return whether a type is a purchase, a return of one, or a refusal; or is worth as much.

    >>> weighs("dislike", EngineSettings()), weighs("click", EngineSettings())
    (True, False)
    """
    if name in REFUSALS or name in {PURCHASE, RETURN}:
        return True
    least = settings.rewards.get(PURCHASE, 1.0)
    return settings.rewards.get(name, 0.0) >= least > 0
