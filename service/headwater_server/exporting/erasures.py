"""Whose operations are left out: those of profiles that were erased later on the log."""

from __future__ import annotations

from headwater_server.engine.messages.entries import Entry, Operation, UserErase, UserWrite
from headwater_server.engine.messages.events import Event

Place = tuple[int, int]
"""The sequence number of an entry, and which of its operations."""


class Erasures:
    """Where each profile was erased last. It takes memory for each erasure, not for each event.

    >>> erasures = Erasures()
    >>> erasures.collect(7, Entry(0, (UserErase(visitor_ids=("v1",)),)))
    >>> click = Event("e", "click", "v1")
    >>> erasures.hides(click, (6, 0)), erasures.hides(click, (8, 0))
    (True, False)
    """

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def __len__(self) -> int:
        """Return the number of erased profiles."""
        return len(self._places)

    def collect(self, sequence: int, entry: Entry) -> None:
        """Note which profiles an entry erases; call it in the order of the log."""
        for number, operation in enumerate(entry.operations):
            if isinstance(operation, UserErase):
                names = [f"u{operation.user_id}"] if operation.user_id else []
                names += [f"v{visitor_id}" for visitor_id in operation.visitor_ids]
                self._places |= dict.fromkeys(names, (sequence, number))

    def hides(self, operation: Operation, place: Place) -> bool:
        """Return whether the profile that an operation belongs to was erased after it."""
        return place < self._places.get(_acting(operation), (0, 0))


def _acting(operation: Operation) -> str:
    """Return the profile of an operation, as `headwater rebuild --without-erased` finds it."""
    if isinstance(operation, Event):
        return f"u{operation.user_id}" if operation.user_id else f"v{operation.visitor_id}"
    return f"u{operation.user_id}" if isinstance(operation, UserWrite) else ""
