"""The events of a file, stored by column: a month of a shop fits into memory."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol, Self

from headwater_server.engine.messages.events import Event, EventItem, fingerprint
from headwater_server.reading.events.ids import Numbering


class Past(Protocol):
    """Past events in the order of their times, each with an id that a later export repeats."""

    path: Path

    def __len__(self) -> int:
        """Return the number of events."""

    @property
    def first_time_ms(self) -> int:
        """The time of the first event."""

    def events(self) -> Iterator[Event]:
        """Yield all events in order."""


@dataclass
class EventFile:
    """The rows of a valid file, column by column, in the order of their times.

    ``are_accounts``: the ids are those of accounts, not only of visitors. ``whole`` holds events
    that are more than their columns: of several items, of a session.
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
    whole: list[Event] = field(default_factory=list)

    @classmethod
    def of(cls, path: Path, events: Iterable[Event]) -> Self:
        """Keep events in memory; the digest is over all of them."""
        file, digest = cls(path, ""), hashlib.sha256()
        for event in events:
            file.times_ms.append(event.event_time_ms or 0)
            file.visitor_ids.append(event.visitor_id)
            file.item_ids.append(event.items[0].item_id if event.items else "")
            file.event_types.append(event.event_type)
            file.values.append(event.value)
            file.whole.append(event)
            digest.update(event.fingerprint)
        file.digest = digest.hexdigest()
        return file

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.times_ms)

    @property
    def first_time_ms(self) -> int:
        """The time of the first event, 0 if there is none."""
        return self.times_ms[0] if self.times_ms else 0

    def event(self, row: int) -> Event:
        """Return the event of ``row`` (from 0)."""
        if self.whole:
            return self.whole[row]
        event = self._unnamed(row, self._ids[row])
        return event.sent(fingerprint(event), "", from_page=False)

    def events(self) -> Iterator[Event]:
        """Yield all events in order."""
        return map(self.event, range(len(self)))

    def sort(self) -> None:
        """Put the rows in the order of their times; rows of one time keep their order."""
        times_ms = self.times_ms
        if all(times_ms[row - 1] <= times_ms[row] for row in range(1, len(times_ms))):
            return
        order = sorted(range(len(times_ms)), key=times_ms.__getitem__)
        self.lines = array("q", (self.lines[row] for row in order))
        self.times_ms = array("q", (times_ms[row] for row in order))
        self.visitor_ids = [self.visitor_ids[row] for row in order]
        self.item_ids = [self.item_ids[row] for row in order]
        self.event_types = [self.event_types[row] for row in order]
        self.values = [self.values[row] for row in order]

    def first(self, rows: int | None) -> Self:
        """Return the first ``rows`` events, or all."""
        if rows is not None and rows < len(self):
            for column in (self.lines, self.times_ms, self.visitor_ids, self.item_ids,
                           self.event_types, self.values):  # fmt: skip
                del column[rows:]
        return self

    @cached_property
    def _ids(self) -> list[str]:
        numbering = Numbering()
        found = (numbering.identified(self._unnamed(row, ""), 0) for row in range(len(self)))
        return [event.event_id for event in found if event]

    def _unnamed(self, row: int, event_id: str) -> Event:
        visitor_id = self.visitor_ids[row]
        return Event(
            event_id,
            self.event_types[row],
            visitor_id,
            visitor_id if self.are_accounts else "",
            "",
            (EventItem(self.item_ids[row]),),
            self.values[row],
            self.times_ms[row],
        )
