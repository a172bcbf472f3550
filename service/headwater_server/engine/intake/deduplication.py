"""The event ids that were learned, so that each is learned once, within a window and a cap."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.entries import ErasedEvent
from headwater_server.engine.messages.events import Event, Status, fingerprint
from headwater_server.engine.snapshot.state import Deferred

_START = 1024
NOBODY = np.uint64(0)
"""The owner of an id whose person was erased."""


class Deduplication:
    """Remembers ids in order of arrival; the oldest are removed first, by age or by number.

    A row is 16 bytes of the id, 16 of the content and 8 of the owner; an erased person's rows lose
    their owner. Rows are only appended: a snapshot may read them while more come. The dictionary
    over them is rebuilt on loading.

    >>> seen = Deduplication(window_ms=1000, ids_max=10)
    >>> event = Event("e1", "click", "v")
    >>> seen.remember(event, "vv", now_ms=0)
    >>> seen.status(event, now_ms=999), seen.status(event, now_ms=1000)
    (<Status.EXISTS: 'exists'>, <Status.CREATED: 'created'>)
    """

    def __init__(self, window_ms: int, ids_max: int) -> None:
        self.window_ms = window_ms
        self.ids_max = ids_max
        self._places: dict[bytes, int] = {}
        self._base = 0  # row = place - base; a place is never reused
        self._first = 0
        self._next = 0
        self._rows = _rows(_START)
        self.removed_early = 0  # by this process, within the window; not a part of the state

    def __len__(self) -> int:
        return len(self._places)

    def status(self, event: Event, now_ms: int) -> Status:
        """Return CREATED for a new id, EXISTS for the same event, CONFLICT for another."""
        place = self._places.get(_key(event))
        if place is None or self._is_old(place, now_ms):
            return Status.CREATED
        same = self._rows["contents"][place - self._base].tobytes() == _content(event)
        return Status.EXISTS if same else Status.CONFLICT

    def _is_old(self, place: int, now_ms: int) -> bool:
        return bool(self._rows["times_ms"][place - self._base] <= now_ms - self.window_ms)

    def remember(self, event: Event, profile: str, now_ms: int) -> None:
        """Remember the id of a learned event of ``profile``."""
        self._remember(_key(event), _content(event), _owner(profile), now_ms)

    def remember_erased(self, erased: ErasedEvent, now_ms: int) -> None:
        """Remember the id of an erased event, unless it is known; there is no owner."""
        place = self._places.get(erased.id_hash)
        if place is None or self._is_old(place, now_ms):
            self._remember(erased.id_hash, erased.content_hash, NOBODY, now_ms)

    def is_erased(self, event: Event) -> bool:
        """Return whether a known event's person was erased."""
        row = self._places[_key(event)] - self._base
        return bool(self._rows["owners"][row] == NOBODY)

    def _remember(self, key: bytes, content: bytes, owner: np.uint64, now_ms: int) -> None:
        self.expire(now_ms)
        self.shrink(places=1)
        row = self._next - self._base
        if row == len(self._rows["times_ms"]):
            self._move()
            row = self._next - self._base
        self._places[key] = self._next
        self._rows["ids"][row] = np.frombuffer(key, dtype=np.uint8)
        self._rows["contents"][row] = np.frombuffer(content, dtype=np.uint8)
        self._rows["owners"][row] = owner
        self._rows["times_ms"][row] = now_ms
        self._next += 1

    def expire(self, now_ms: int) -> None:
        """Remove the ids that are older than the window."""
        while self._first < self._next and self._is_old(self._first, now_ms):
            self._forget_first()

    def shrink(self, places: int = 0) -> None:
        """Remove the oldest ids, so that ``places`` more have room within ``ids_max``."""
        while self._next - self._first + places > max(1, self.ids_max):
            self._forget_first()
            self.removed_early += 1

    def _forget_first(self) -> None:
        row = self._first - self._base
        del self._places[self._rows["ids"][row].tobytes()]
        self._first += 1

    def _held(self) -> dict[str, NDArray[Any]]:
        begin, end = self._first - self._base, self._next - self._base
        return {name: rows[begin:end] for name, rows in self._rows.items()}

    def _move(self) -> None:
        """Copy the current rows into new arrays with double room; the old ones do not change."""
        held, count = self._held(), self._next - self._first
        self._rows = _rows(max(_START, 2 * count))
        self._base = self._first
        for name, rows in held.items():
            self._rows[name][:count] = rows

    def forget(self, profile: str) -> None:
        """Forget whose the events of ``profile`` were; their ids stay known until they expire."""
        rows = np.flatnonzero(self._held()["owners"] == _owner(profile))
        if len(rows):
            self._move()
            self._rows["owners"][rows] = NOBODY

    def set_back(self, now_ms: int) -> None:
        """Count ids that were noted after ``now_ms`` as of then."""
        self._move()
        times = self._rows["times_ms"]
        np.minimum(times, now_ms, out=times)

    def state(self) -> Deferred:
        """Return ids, contents, owners and times, oldest first."""
        held = self._held()
        return Deferred(lambda: held)

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._rows = {name: state[name] for name in self._rows}
        self._base, self._first, self._next = 0, 0, len(state["times_ms"])
        self._places = {ids.tobytes(): row for row, ids in enumerate(self._rows["ids"])}


def _rows(count: int) -> dict[str, NDArray[Any]]:
    return {
        "ids": np.zeros((count, 16), dtype=np.uint8),
        "contents": np.zeros((count, 16), dtype=np.uint8),
        "owners": np.zeros(count, dtype=np.uint64),
        "times_ms": np.zeros(count, dtype=np.int64),
    }


def erased_event(event: Event) -> ErasedEvent:
    """Return what may be kept of an event whose person is erased."""
    return ErasedEvent(_key(event), _content(event), event.from_page)


def _key(event: Event) -> bytes:
    # pages have a separate space of ids, so that a page cannot occupy an id of the shop's backend
    person = b"page" if event.from_page else b""
    event_id = event.event_id.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(event_id, digest_size=16, person=person).digest()


def _owner(profile: str) -> np.uint64:
    digest = hashlib.blake2b(profile.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "big") or 1)


def _content(event: Event) -> bytes:
    return event.fingerprint or fingerprint(event)
