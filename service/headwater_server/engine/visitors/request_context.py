"""The circumstances of an act or a request: placement, context, features of the account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from headwater_server.engine.messages.events import ContextValue, Event
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.models.covisitation.circumstances import PAGES, circumstance

_Values = Iterable[tuple[str, ContextValue]]


def placement_of(event: Event) -> str:
    """Return the placement of an event, from the event itself or from its token."""
    return event.placement or (event.slate.placement if event.slate else "")


def circumstances(placement: str, context: _Values) -> tuple[str, ...]:
    """Return the texts by which `Circumstances` counts what the caller names.

    >>> circumstances("home", (("device", "mobile"),))
    ('placement=home', 'context.device=mobile')
    """
    texts = [circumstance("placement", placement)] if placement else []
    if context:
        texts += [circumstance(f"context.{name}", value) for name, value in context]
    return tuple(texts)


def circumstances_of_account(features: Sequence[tuple[str, ContextValue]]) -> tuple[str, ...]:
    """Return those that the account has: only the shop's backend writes them.

    >>> circumstances_of_account((("segment", "vip"),))
    ('user.segment=vip',)
    """
    if not features:  # as nearly always
        return ()
    return tuple([circumstance(f"user.{name}", value) for name, value in features])


def marked(
    texts: tuple[str, ...], who: Event | RecommendRequest, is_known: Callable[[str], bool]
) -> tuple[str, ...]:
    """Return the circumstances; those that only pages name are marked with `PAGES`.

    A page may name any: these are counted apart, so that they cost the shop's own nothing. What a
    backend's event has named is the shop's own, also from a page, and so is the placement of a list
    that a backend requested. A backend that asks under a circumstance that only pages have
    named is answered from theirs.

    >>> page = Event("e1", "click", "ann", from_page=True)
    >>> marked(("weather=rain", "weather=frogs"), page, {"weather=rain"}.__contains__)
    ('weather=rain', 'page:weather=frogs')
    """
    if isinstance(who, Event) and not who.from_page:
        return texts
    if all(map(is_known, texts)):  # as nearly always
        return texts
    certain = _certain_placement(who)

    def of_pages(text: str) -> bool:
        if is_known(text) or text == certain:
            return False
        return who.from_page or is_known(PAGES + text)

    return tuple(PAGES + text if of_pages(text) else text for text in texts)


def _certain_placement(who: Event | RecommendRequest) -> str:
    """Return the circumstance of the list's placement if a backend requested the list."""
    if not isinstance(who, Event) or who.slate is None or not who.is_proven:
        return ""
    return circumstance("placement", who.slate.placement)


def claimed_by(who: Event | RecommendRequest, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the `marked` texts that an event claims: a token proves no context.

    >>> page = Event("e1", "click", "ann", from_page=True)
    >>> claimed_by(page, ("weather=rain", "page:weather=frogs"))
    ('page:weather=frogs',)
    """
    if not isinstance(who, Event):
        return ()
    return tuple(text for text in texts if text.startswith(PAGES))


def stated_and_claimed(
    who: Event | RecommendRequest,
    placement: str,
    features: Sequence[tuple[str, ContextValue]],
    is_known: Callable[[str], bool],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the circumstances of an act or a request, and those that only a page claims.

    ``features`` are the account's.
    """
    stated = marked(circumstances(placement, who.context), who, is_known)
    claimed = claimed_by(who, stated)
    stated = tuple([text for text in stated if text not in claimed]) if claimed else stated
    return stated + circumstances_of_account(features), claimed
