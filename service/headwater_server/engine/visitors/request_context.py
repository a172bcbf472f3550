"""The circumstances of an act or a request: placement, context, features of the account."""

from __future__ import annotations

from collections.abc import Iterable

from headwater_server.engine.messages.events import ContextValue, Event
from headwater_server.models.covisitation.circumstances import circumstance

_Values = Iterable[tuple[str, ContextValue]]


def placement_of(event: Event) -> str:
    """Return the placement of an event, from the event itself or from its token."""
    return event.placement or (event.slate.placement if event.slate else "")


def circumstances(placement: str, context: _Values, features: _Values) -> tuple[str, ...]:
    """Return the texts by which `Circumstances` counts.

    >>> circumstances("home", (("device", "mobile"),), (("segment", "vip"),))
    ('placement=home', 'context.device=mobile', 'user.segment=vip')
    """
    texts = [circumstance("placement", placement)] if placement else []
    texts += [circumstance(f"context.{name}", value) for name, value in context]
    texts += [circumstance(f"user.{name}", value) for name, value in features]
    return tuple(texts)
