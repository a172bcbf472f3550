"""Under which circumstances somebody acts or asks: placement, context, what the account is."""

from __future__ import annotations

from collections.abc import Iterable

from headwater_server.engine.messages.events import ContextValue, Event
from headwater_server.models.covisitation.circumstances import circumstance

_Values = Iterable[tuple[str, ContextValue]]


def placement_of(event: Event) -> str:
    """Return where on the site an event happened: as it says, or as its token does."""
    return event.placement or (event.slate.placement if event.slate else "")


def circumstances(placement: str, context: _Values, features: _Values) -> tuple[str, ...]:
    """Return the texts that `Circumstances` counts by.

    >>> circumstances("home", (("device", "mobile"),), (("segment", "vip"),))
    ('placement=home', 'context.device=mobile', 'user.segment=vip')
    """
    told = [circumstance("placement", placement)] if placement else []
    told += [circumstance(f"context.{name}", value) for name, value in context]
    told += [circumstance(f"user.{name}", value) for name, value in features]
    return tuple(told)
