"""A rejected event as it is stored: what is kept of it, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headwater_server.engine.messages.events import Event
from headwater_server.log.v1 import entry_pb2
from headwater_server.replica.ports.quarantine import QuarantinedEvent, RejectedEvent
from headwater_server.storage.codecs.event_codec import decode_event, encode_event

ID_CHARACTERS = 128


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A stored event; ``kept_id`` names it. ``event`` is None if it was too long to store."""

    kept_id: str
    event_id: str
    visitor_id: str
    user_id: str
    reason: str
    event: Event | None
    token: str = ""
    print: str = ""

    @property
    def time_ms(self) -> int:
        """The time of the rejection."""
        return int(self.kept_id.partition("-")[0])

    def without_token(self) -> QuarantinedEvent:
        """Return the event for operators: without the token, which is a secret of its visitor."""
        ids = (self.event_id, self.visitor_id, self.user_id)
        return QuarantinedEvent(self.kept_id, self.time_ms, *ids, self.reason, self.event)

    def is_of(self, user_id: str, visitor_ids: Sequence[str]) -> bool:
        """Whether the event is the account's, or an anonymous one of one of the visitors.

        So is one whose list was asked for the account.
        """
        if user_id and user_id in (self.user_id, self._asked_for):
            return True
        return not self.user_id and self.visitor_id in visitor_ids

    @property
    def _asked_for(self) -> str:
        slate = self.event.slate if self.event else None
        return slate.question.user_id if slate and slate.question else ""


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
