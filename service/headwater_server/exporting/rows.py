"""Rows of events and shown lists from entries, and of items and accounts from their values."""

from __future__ import annotations

from collections.abc import Iterator

from headwater_server.engine.messages.entries import Entry, Item
from headwater_server.engine.messages.events import ContextValue, Event
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type
from headwater_server.exporting.columns import Row
from headwater_server.exporting.erasures import Erasures
from headwater_server.replica.ports.position import Position


def rows_of(
    table: str, entry: Entry, position: Position, erasures: Erasures, first: int = 0
) -> Iterator[Row]:
    """Yield the rows that an entry adds to ``events`` or ``lists``, without erased profiles.

    ``first``: the place of its first operation, if it is a part of an entry.
    """
    make = event_rows if table == "events" else list_rows
    sequence, offset = position.sequence, position.offset
    for number, operation in enumerate(entry.operations, first):
        if isinstance(operation, Event) and not erasures.hides(operation, (sequence, number)):
            for row in make(operation):
                # an imported event's time is the file's, which is the engine's clock then
                row["timestamp"] = operation.event_time_ms or entry.time_ms
                row["log_time"], row["offset"] = entry.time_ms, offset
                yield row


def event_rows(event: Event) -> Iterator[Row]:
    """Yield a row for each item; an event without any has one row.

    Rows of one event have its id, and as ``order_id`` too, so that an import joins them again.
    """
    shared: Row = {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "visitor_id": event.visitor_id,
        "user_id": event.user_id,
        "session_id": event.session_id,
        "order_id": event.event_id if len(event.items) > 1 else "",
        "value": event.value,
        "reward": event.reward,
        "placement": event.placement,
        "position": event.position or None,
        "context": dict(event.context),
        "recommendation_id": event.slate.recommendation_id if event.slate else "",
    }
    if not event.items:
        yield dict(shared)
    for item in event.items:
        yield {
            **shared,
            "item_id": item.item_id,
            "quantity": item.quantity,
            "price": item.price,
            "currency_code": item.currency_code,
        }


def list_rows(event: Event) -> Iterator[Row]:
    """Yield a row for each slot of a list that a reported impression shows."""
    slate = event.slate
    if slate is None or canonical_type(event.event_type) != IMPRESSION:
        return
    named = {item.item_id for item in event.items}
    # as the engine counts: a report without items is of the whole list, unless the caller chose
    is_whole = not named and event.choice is None
    propensities = [*slate.propensities, *[None] * len(slate.item_ids)]
    for slot, item_id in enumerate(slate.item_ids, 1):
        yield {
            "event_id": event.event_id,
            "recommendation_id": slate.recommendation_id,
            "policy": slate.policy,
            "placement": event.placement or slate.placement,
            "visitor_id": event.visitor_id,
            "user_id": event.user_id,
            "slot": slot,
            "item_id": item_id,
            "propensity": propensities[slot - 1],
            "seen": is_whole or item_id in named,
        }


def item_row(item: Item) -> Row:
    """Return the row of a described item."""
    return {
        "item_id": item.item_id,
        "title": item.title,
        "categories": list(item.categories),
        "price": item.price,
        "currency_code": item.currency_code,
        "available": item.available,
        "tags": list(item.tags),
        "publish_time": item.publish_time_ms or None,
        "expire_time": item.expire_time_ms or None,
        "image_uri": item.image_uri,
        "uri": item.uri,
        "group_id": item.group_id,
        "features": dict(item.features),
    }


def user_row(user_id: str, features: tuple[tuple[str, ContextValue], ...]) -> Row:
    """Return the row of an account."""
    return {"user_id": user_id, "features": dict(features)}
