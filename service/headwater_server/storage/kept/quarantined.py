"""A rejected event as it is stored: what is kept of it, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping

from headwater_server.log.v1 import entry_pb2
from headwater_server.replica.ports.quarantine import Quarantined, RejectedEvent
from headwater_server.storage.codecs.event_codec import decode_event, encode_event

ID_CHARACTERS = 128


def quarantined(kept_id: bytes, stored: Mapping[bytes, bytes]) -> Quarantined:
    """Read what `quarantine.lua` wrote; earlier releases stored no ids besides the event."""
    text = {name: value.decode("utf-8", "replace") for name, value in stored.items()}
    payload = stored.get(b"event", b"")
    event = decode_event(entry_pb2.Event.FromString(payload)) if payload else None
    return Quarantined(
        kept_id=kept_id.decode(),
        event_id=text.get(b"event_id", ""),
        visitor_id=text.get(b"visitor_id", event.visitor_id if event else ""),
        user_id=text.get(b"user_id", event.user_id if event else ""),
        reason=text.get(b"reason", ""),
        event=event,
        token=text.get(b"token", ""),
        print=text.get(b"print", ""),
    )


def fields_of(rejected: RejectedEvent, bytes_max: int) -> dict[str, str | bytes]:
    """Return what is stored of an event, by field; of one that is too long only the ids.

    ``print`` is the same for the same event: it is stored once.
    """
    event = rejected.event
    stored = encode_event(event)
    fits = stored.ByteSize() <= bytes_max
    content = stored.SerializeToString(deterministic=True) if fits else b""
    token = rejected.token if content and len(rejected.token) <= bytes_max else ""
    mark = event.fingerprint.hex() or f"{event.event_id[:ID_CHARACTERS]} {rejected.reason}"
    return {
        "event_id": event.event_id[:ID_CHARACTERS],
        "reason": rejected.reason,
        "event": content,
        "token": token,
        "visitor_id": event.visitor_id[:ID_CHARACTERS],
        "user_id": event.user_id[:ID_CHARACTERS],
        "print": mark,
    }
