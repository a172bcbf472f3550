"""Encodes and decodes events."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine.messages.entries import ErasedEvent
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.storage.codecs.choice_codec import decode_choice, write_choice
from headwater_server.storage.codecs.feature_codec import decode_features, encode_features
from headwater_server.storage.codecs.slate_codec import decode_slate, write_slate


def encode_event(event: Event) -> pb.Event:
    """Return the stored form of ``event``."""
    stored = pb.Event()
    write_event(event, stored)
    return stored


def write_event(event: Event, stored: pb.Event) -> None:
    """Write ``event`` into an empty message, in place.

    A message that is passed to another one is copied, and a field that is named costs time even if
    it is empty: so this takes a third of what constructors take.
    """
    stored.event_id, stored.event_type = event.event_id, event.event_type
    stored.visitor_id, stored.fingerprint = event.visitor_id, event.fingerprint
    for item in event.items:
        _write_item(item, stored.items.add())
    if event.user_id:
        stored.user_id = event.user_id
    if event.session_id:
        stored.session_id = event.session_id
    if event.value is not None:
        stored.value = event.value
    if event.reward is not None:
        stored.reward = event.reward
    if event.event_time_ms is not None:
        stored.event_time_ms = event.event_time_ms
    if event.placement:
        stored.placement = event.placement
    if event.position:
        stored.position = event.position
    if event.context:
        stored.context.extend(encode_features(event.context))
    if event.slate is not None:
        write_slate(event, event.slate, stored.slate)
    if event.choice is not None:
        write_choice(event.choice, stored.choice)
    _write_sender(event, stored)


def _write_sender(event: Event, stored: pb.Event) -> None:
    if event.source:
        stored.source = event.source
    if event.from_page:
        stored.from_page = True
    if event.self_asked:
        stored.self_asked = True


def decode_event(stored: pb.Event) -> Event:
    """Decode the result of `encode_event`."""
    return Event(
        stored.event_id,
        stored.event_type,
        stored.visitor_id,
        stored.user_id,
        stored.session_id,
        _decode_items(stored.items),
        stored.value if stored.HasField("value") else None,
        stored.event_time_ms if stored.HasField("event_time_ms") else None,
        stored.placement,
        stored.position,
        decode_features(context) if (context := stored.context) else (),
        decode_slate(stored) if stored.HasField("slate") else None,
        stored.fingerprint,
        stored.source,
        stored.from_page,
        stored.self_asked,
        decode_choice(stored.choice) if stored.HasField("choice") else None,
        stored.reward if stored.HasField("reward") else None,
    )


def encode_erased_event(erased: ErasedEvent) -> pb.ErasedEvent:
    """Return the stored form of what is left of an erased person's event."""
    return pb.ErasedEvent(
        id_hash=erased.id_hash, content_hash=erased.content_hash, from_page=erased.from_page
    )


def _write_item(item: EventItem, stored: pb.EventItem) -> None:
    stored.item_id, stored.quantity = item.item_id, item.quantity
    if item.price is not None:
        stored.price = item.price
    if item.currency_code:
        stored.currency_code = item.currency_code


def _decode_items(stored: Sequence[pb.EventItem]) -> tuple[EventItem, ...]:
    if len(stored) == 1:  # nearly always, and in two thirds of the time
        return (_decode_item(stored[0]),)
    return tuple([_decode_item(item) for item in stored])


def _decode_item(stored: pb.EventItem) -> EventItem:
    price = stored.price if stored.HasField("price") else None
    return EventItem(stored.item_id, stored.quantity, price, stored.currency_code)
