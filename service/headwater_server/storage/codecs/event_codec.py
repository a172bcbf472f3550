"""Encodes and decodes events."""

from __future__ import annotations

from headwater_server.engine.messages.entries import ErasedEvent
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.storage.codecs.feature_codec import decode_features, encode_features


def encode_event(event: Event) -> pb.Event:
    """Return the stored form of ``event``."""
    return pb.Event(
        event_id=event.event_id,
        event_type=event.event_type,
        visitor_id=event.visitor_id,
        user_id=event.user_id,
        session_id=event.session_id,
        items=[_encode_item(item) for item in event.items],
        value=event.value,
        event_time_ms=event.event_time_ms,
        placement=event.placement,
        position=event.position,
        context=encode_features(event.context) if event.context else None,
        slate=_encode_slate(event.slate) if event.slate else None,
        fingerprint=event.fingerprint,
        source=event.source,
        from_page=event.from_page,
        self_asked=event.self_asked,
    )


def decode_event(stored: pb.Event) -> Event:
    """Decode the result of `encode_event`."""
    return Event(
        event_id=stored.event_id,
        event_type=stored.event_type,
        visitor_id=stored.visitor_id,
        user_id=stored.user_id,
        session_id=stored.session_id,
        items=tuple([_decode_item(item) for item in stored.items]),
        value=stored.value if stored.HasField("value") else None,
        event_time_ms=stored.event_time_ms if stored.HasField("event_time_ms") else None,
        placement=stored.placement,
        position=stored.position,
        context=decode_features(stored.context),
        slate=_decode_slate(stored.slate) if stored.HasField("slate") else None,
        fingerprint=stored.fingerprint,
        source=stored.source,
        from_page=stored.from_page,
        self_asked=stored.self_asked,
    )


def encode_erased_event(erased: ErasedEvent) -> pb.ErasedEvent:
    """Return the stored form of what is left of an erased person's event."""
    return pb.ErasedEvent(
        id_hash=erased.id_hash, content_hash=erased.content_hash, from_page=erased.from_page
    )


def _encode_item(item: EventItem) -> pb.EventItem:
    return pb.EventItem(
        item_id=item.item_id,
        quantity=item.quantity,
        price=item.price,
        currency_code=item.currency_code,
    )


def _decode_item(stored: pb.EventItem) -> EventItem:
    price = stored.price if stored.HasField("price") else None
    return EventItem(stored.item_id, stored.quantity, price, stored.currency_code)


def _encode_slate(slate: Slate) -> pb.Slate:
    return pb.Slate(
        recommendation_id=slate.recommendation_id,
        policy=slate.policy,
        placement=slate.placement,
        item_ids=slate.item_ids,
        propensities=slate.propensities,
    )


def _decode_slate(stored: pb.Slate) -> Slate:
    return Slate(
        recommendation_id=stored.recommendation_id,
        policy=stored.policy,
        placement=stored.placement,
        item_ids=tuple(stored.item_ids),
        propensities=tuple(stored.propensities),
    )
