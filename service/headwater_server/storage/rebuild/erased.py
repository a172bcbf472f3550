"""Finds the erased profiles on the log, and removes their earlier operations from entries.

In the place of an event a hash of its id stays, so that a retry of the event is not learned. What
was asked for an erased account goes, too, from the events of visitors that are not linked to it any
more.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from headwater_server.engine.intake.deduplication import erased_event
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.storage.codecs.entry_codec import parse_entry
from headwater_server.storage.codecs.event_codec import decode_event, encode_erased_event
from headwater_server.storage.codecs.raw import Raw

Place = tuple[int, int]
"""The sequence number of an entry, and which of its operations."""


@dataclass(slots=True)
class Erased:
    """Where each profile was erased last; see `engine.visitors` for the keys."""

    places: dict[str, Place] = field(default_factory=dict)

    def collect(self, entry: Raw) -> None:
        """Record which profiles an entry erases; call it in the order of the log."""
        for number, operation in enumerate(parse_entry(entry.payload).operations):
            if operation.WhichOneof("kind") == "user_erase":
                for profile in _named(operation.user_erase):
                    self.places[profile] = (entry.position.sequence, number)

    def without(self, entry: Raw) -> tuple[Raw, int]:
        """Return the entry without earlier operations of erased profiles, and their number.

        Its offset, its place in the chain and the rest stay.
        """
        stored = parse_entry(entry.payload)
        sequence, removed, kept = entry.position.sequence, 0, []
        for number, operation in enumerate(stored.operations):
            if (sequence, number) >= self.places.get(_acting(operation), (0, 0)):
                kept.append(operation)
                if (sequence, number) < self.places.get(_asked_for(operation), (0, 0)):
                    _forget_question(operation.event.slate)
                    removed += 1
                continue
            removed += 1
            if operation.HasField("event"):
                erased = encode_erased_event(erased_event(decode_event(operation.event)))
                kept.append(pb.Operation(erased_event=erased))
        if not removed:
            return entry, 0
        del stored.operations[:]
        stored.operations.extend(kept)
        return replace(entry, payload=stored.SerializeToString(deterministic=True)), removed


def _named(erase: pb.UserErase) -> list[str]:
    account = [f"u{erase.user_id}"] if erase.user_id else []
    return account + [f"v{visitor_id}" for visitor_id in erase.visitor_ids]


def _acting(operation: pb.Operation) -> str:
    """Return the profile that an operation belongs to, "" if to none."""
    match operation.WhichOneof("kind"):
        case "event":
            event = operation.event
            return f"u{event.user_id}" if event.user_id else f"v{event.visitor_id}"
        case "user_write":
            return f"u{operation.user_write.user_id}"
        case "visitor_unlink":
            return f"v{operation.visitor_unlink.visitor_id}"
        case _:
            return ""


def _asked_for(operation: pb.Operation) -> str:
    """Return the account that a list was asked for, "" if for none but the event's own."""
    user_id = operation.event.slate.question.user_id
    return f"u{user_id}" if user_id else ""


def _forget_question(slate: pb.Slate) -> None:
    slate.ClearField("question")
    slate.ClearField("arms")
    slate.unreplayable = True
