"""Ids of events that stay the same in a later export of the same past.

An id is the file's own where it has one; else a hash of what the event says, and its number among
equal events of its file. So a file that grew, or a month that overlaps another, repeats ids, and
what repeats an id teaches nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from headwater_server.engine.messages.events import Event, fingerprint

HASH_BYTES = 12


def content_id(event: Event, number: int) -> str:
    """Return the id of an event that has none; ``number`` counts equal ones of its file from 0.

    >>> from headwater_server.engine.messages.events import EventItem
    >>> event = Event("", "click", "v1", items=(EventItem("a"),), event_time_ms=5)
    >>> content_id(event, 0) == content_id(event, 0), content_id(event, 0) == content_id(event, 1)
    (True, False)
    """
    return f"{_hash(event)}:{number}"


def _hash(event: Event) -> str:
    text = repr((
        event.event_time_ms, event.event_type, event.visitor_id, event.user_id, event.session_id,
        [(i.item_id, float(i.quantity), i.price, i.currency_code) for i in event.items],
        event.value, event.placement, event.position,
        *(() if event.reward is None else (event.reward,)),
    ))  # fmt: skip
    return hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES
    ).hexdigest()


@dataclass
class Numbering:
    """Gives ids to events in the order of their times. Equal ones have equal times.

    Of several files that hold the same event, the first one counts: `identified` returns None for
    the others.
    """

    _time_ms: int | None = None
    _numbers: dict[tuple[int, str], int] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    repeated: int = 0

    def identified(self, event: Event, source: int) -> Event | None:
        """Return the event with its id; None if another file has it, too."""
        if event.event_time_ms != self._time_ms:
            self._time_ms = event.event_time_ms
            self._numbers.clear()
            self._known.clear()
        event_id = event.event_id or self._numbered(event, source)
        if event_id in self._known:
            self.repeated += 1
            return None
        self._known.add(event_id)
        named = event if event.event_id else _with_id(event, event_id)
        return named.sent(fingerprint(named), "", from_page=False)

    def _numbered(self, event: Event, source: int) -> str:
        key = (source, _hash(event))
        number = self._numbers.get(key, 0)
        self._numbers[key] = number + 1
        return f"{key[1]}:{number}"


def _with_id(event: Event, event_id: str) -> Event:
    return Event(
        event_id, event.event_type, event.visitor_id, event.user_id, event.session_id, event.items,
        event.value, event.event_time_ms, event.placement, event.position, reward=event.reward,
    )  # fmt: skip
