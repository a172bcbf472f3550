"""The events of a file, stored by column: a month of a shop fits into memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from headwater_server.engine.messages.events import Event, EventItem, fingerprint


@dataclass
class EventFile:
    """The rows of a valid file, column by column, in the file's order.

    ``are_accounts``: the ids are those of accounts, not only of visitors.
    """

    path: Path
    digest: str
    are_accounts: bool = False
    lines: array[int] = field(default_factory=lambda: array("q"))
    times_ms: array[int] = field(default_factory=lambda: array("q"))
    visitor_ids: list[str] = field(default_factory=list)
    item_ids: list[str] = field(default_factory=list)
    event_types: list[str] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.lines)

    def event(self, row: int) -> Event:
        """Return the event of ``row`` (from 0). Its id is the file's digest and the line."""
        visitor_id = self.visitor_ids[row]
        event = Event(
            f"{self.digest[:12]}:{self.lines[row]}",
            self.event_types[row],
            visitor_id,
            visitor_id if self.are_accounts else "",
            "",
            (EventItem(self.item_ids[row]),),
            self.values[row],
            self.times_ms[row],
        )
        return event.sent(fingerprint(event), "", from_page=False)

    def events(self) -> Iterator[Event]:
        """Yield all events in order."""
        return map(self.event, range(len(self)))
