"""One refused event as it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headwater_server.engine.messages.events import Event
from headwater_server.log.v1 import entry_pb2
from headwater_server.replica.ports.quarantine import PutAside
from headwater_server.storage.event_codec import decode_event


@dataclass(frozen=True, slots=True)
class Quarantined:
    """``event`` is None if it was too long to keep; ``kept_id`` names it in the quarantine."""

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
        """When it was put aside."""
        return int(self.kept_id.partition("-")[0])

    def put_aside(self) -> PutAside:
        """Return it as operators see it: without the token, which vouches for a slate."""
        who = (self.event_id, self.visitor_id, self.user_id)
        return PutAside(self.kept_id, self.time_ms, *who, self.reason, self.event)

    def is_of(self, user_id: str, visitor_ids: Sequence[str]) -> bool:
        """Whether the account did it, or one of the visitors anonymously."""
        if self.user_id:
            return self.user_id == user_id
        return self.visitor_id in visitor_ids


def quarantined(kept_id: bytes, stored: Mapping[bytes, bytes]) -> Quarantined:
    """Read what `quarantine.lua` wrote; releases before this one kept no ids beside the event."""
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
