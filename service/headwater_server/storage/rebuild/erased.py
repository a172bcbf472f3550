"""Whom the log says to forget, and an entry without what they did before that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.storage.codecs.entry_codec import parse_entry
from headwater_server.storage.codecs.raw import Raw

Place = tuple[int, int]
"""The sequence number of an entry, and which of its operations."""


@dataclass(slots=True)
class Erased:
    """Profiles by where they were forgotten last; see `engine.visitors` for their keys."""

    places: dict[str, Place] = field(default_factory=dict)

    def look(self, entry: Raw) -> None:
        """Note whom an entry says to forget; entries come in the order of the log."""
        for number, operation in enumerate(parse_entry(entry.payload).operations):
            if operation.WhichOneof("kind") == "user_erase":
                for profile in _named(operation.user_erase):
                    self.places[profile] = (entry.position.sequence, number)

    def without(self, entry: Raw) -> tuple[Raw, int]:
        """Return the entry without what the forgotten did before, and how much that was.

        Its offset, its place in the chain and all else stay, also when nothing is left in it.
        """
        stored = parse_entry(entry.payload)
        sequence = entry.position.sequence
        kept = [
            operation
            for number, operation in enumerate(stored.operations)
            if (sequence, number) >= self.places.get(_acting(operation), (0, 0))
        ]
        removed = len(stored.operations) - len(kept)
        if not removed:
            return entry, 0
        left = pb.Entry(version=stored.version, imported=stored.imported, operations=kept)
        return replace(entry, payload=left.SerializeToString(deterministic=True)), removed


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
        case _:
            return ""
