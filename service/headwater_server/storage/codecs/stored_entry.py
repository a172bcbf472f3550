"""An entry that was read: parsed at once, converted to the engine's values part by part."""

from __future__ import annotations

from collections.abc import Container, Iterator

from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.replica.ports.position import Position, time_ms_of
from headwater_server.storage.codecs.entry_codec import append_time_ms, decode_operations
from headwater_server.storage.codecs.event_codec import decode_event


class StoredEntry:
    """Implements `replica.ports.log.LoggedEntry`."""

    __slots__ = ("_stored", "_time_ms", "position", "size")

    def __init__(self, position: Position, stored: pb.Entry) -> None:
        """Use what `entry_codec.parse_entry` returned."""
        self.position = position
        self._stored = stored
        self._time_ms = append_time_ms(self._stored, time_ms_of(position.offset))
        self.size = len(self._stored.operations)

    def part(self, start: int, stop: int) -> Entry:
        """Return the operations from ``start`` to before ``stop`` as a separate entry."""
        operations = decode_operations(self._stored.operations[start:stop])
        return Entry(self._time_ms, operations, self._stored.imported)

    @property
    def has_only_events(self) -> bool:
        """Whether it has events, and nothing else."""
        return self.size > 0 and all(one.HasField("event") for one in self._stored.operations)

    @property
    def kinds(self) -> list[str]:
        """The name of each operation's kind: event, item_write, …"""
        return [one.WhichOneof("kind") or "" for one in self._stored.operations]

    @property
    def payload(self) -> bytes:
        """The whole entry as the log stores it; parsed again it is equal."""
        return self._stored.SerializeToString(deterministic=True)

    @property
    def marks(self) -> list[str]:
        """The ids of the marks in it."""
        return [one.mark.mark_id for one in self._stored.operations if one.HasField("mark")]

    @property
    def erases(self) -> bool:
        """Whether it erases an account or a visitor."""
        return any(one.HasField("user_erase") for one in self._stored.operations)

    @property
    def time_ms(self) -> int:
        """When it was appended, as the engine's clock sees it."""
        return self._time_ms

    def chosen(self, open_keys: Container[str]) -> Iterator[Event]:
        """Yield the events with a choice, and those that follow from an open one.

        ``open_keys`` are recommendation ids or, of events without a list, ids up to the last colon.
        Only these events are decoded: most of a log is about other things. The caller opens the key
        of a choice before it takes the next event, which may be about it.
        """
        for operation in self._stored.operations:
            if not operation.HasField("event"):
                continue
            event = operation.event
            if event.HasField("choice") or key_of(event) in open_keys:
                yield decode_event(event)

    @property
    def entry(self) -> Entry:
        """The whole entry."""
        return self.part(0, self.size)


def key_of(event: pb.Event | Event) -> str:
    """Return what joins an act to its impression: the list's id, else the event's without its end.

    >>> key_of(Event("shop:17:seen", "impression", "v1")), key_of(Event("e1", "click", "v1"))
    ('shop:17', '')
    """
    slate = event.slate
    return (slate.recommendation_id if slate else "") or event.event_id.rpartition(":")[0]
