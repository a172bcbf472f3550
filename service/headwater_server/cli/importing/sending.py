"""Where an interrupted import through a server goes on: after what the server has taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice

from headwater import Client
from headwater.errors import PermissionDeniedError
from headwater_server.cli.importing.journal import Chain, Journal, Sent
from headwater_server.engine.messages.events import Event
from headwater_server.evaluation.event_file import Past

NOTE_EVERY_S = 1.0
IsKnown = Callable[[Event], bool]


class ForgottenError(Exception):
    """The server does not know the last event that it acknowledged."""


class Sending:
    """The events of a past that are left to send; `taken` notes those that were acknowledged."""

    def __init__(
        self,
        events: Past,
        journal: Journal | None,
        client: Client,
        on_rows: Callable[[int], None],
    ) -> None:
        self._events, self._journal, self._client = events, journal, client
        self._on_rows = on_rows
        self._chain = Chain()
        self._next = 0.0
        self.done = 0

    def left(self, is_known: IsKnown) -> Iterator[Event]:
        """Return what is to be sent; ``is_known`` sends an event again. Raises `ForgottenError`."""
        journal, sent = self._journal, self._journal.read() if self._journal else None
        if journal is None or sent is None or not sent.events:
            return self._events.events()
        if self._learned(default=sent.learned) < sent.learned:
            return self._events.events()  # another catalogue than then
        rows, last = self._events.events(), None
        for number, last in enumerate(islice(rows, sent.events)):
            self._chain.add(last.event_id)
            self._on_rows(number)
        if last is None or self._chain.text != sent.chain:
            self._chain = Chain()
            return self._events.events()  # a file that has changed
        if not is_known(last):
            raise ForgottenError(
                "the server does not know the last event that it acknowledged: it is another "
                "catalogue, or forgot it (deduplication_window_hours, deduplication_ids_max). To "
                f"send all events to it again, delete {journal.path}"
            )
        self.done = sent.events
        return rows

    def taken(self, events: list[Event], *, is_last: bool = False) -> None:
        """Note that the server has acknowledged the next events, about once a second."""
        for event in events:
            self._chain.add(event.event_id)
        self.done += len(events)
        if self._journal and (is_last or time.monotonic() > self._next):
            self._next = time.monotonic() + NOTE_EVERY_S
            self._journal.note(Sent(self.done, self._chain.text, self._learned(default=0)))

    def _learned(self, *, default: int) -> int:
        try:
            return self._client.get_model().counts.get("events_learned", 0)
        except PermissionDeniedError:  # a key for feedback only
            return default
