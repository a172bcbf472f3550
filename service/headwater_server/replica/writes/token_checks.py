"""Checks that an attribution token is valid for an event: its visitor, its items, its time."""

from __future__ import annotations

from headwater_server.engine.messages.events import Event
from headwater_server.engine.tokens.attribution_token import Opened

FIELD = "attribution_token"


def token_problem(event: Event, opened: Opened, now_ms: int, *, is_page: bool) -> str:
    """Return why ``opened`` is not valid for ``event``, "" if it is.

    A backend may send an event after the token's time if it happened within it, and may name more
    items than the slate contains, such as the whole basket. A page, whose key anyone may use, may
    not.
    """
    at_ms = now_ms
    if event.event_time_ms is not None and not is_page:
        at_ms = min(now_ms, event.event_time_ms)
    if at_ms >= opened.expire_s * 1000:
        return f"{FIELD}: has expired; ask for a new list"
    if not (opened.is_of_visitor(event.visitor_id) or opened.is_of_user(event.user_id)):
        return f"{FIELD}: was made for another visitor"
    if not is_page:
        return ""
    shown = set(opened.slate.item_ids)
    foreign = next((item.item_id for item in event.items if item.item_id not in shown), None)
    if foreign is not None:
        return f"{FIELD}: its list did not show {foreign[:128]!r}; send that item without it"
    return user_problem(event, opened)


def user_problem(event: Event, opened: Opened | None) -> str:
    """Return why a page may not name the account of ``event``, "" if it may or names none."""
    if not event.user_id or (opened is not None and opened.is_of_user(event.user_id)):
        return ""
    return (
        "user_id: a page may name the account only with a token of a list that the backend "
        "requested with this user_id"
    )
