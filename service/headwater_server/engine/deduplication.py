"""Which event ids have been learned: each once, within a window and a cap."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from headwater_server.engine.events import Event, Status, fingerprint

_START = 1024


class Deduplication:
    """Remembers ids in the order they came; the oldest go first, by age or by number.

    An id and its content are kept as 16 bytes each, whose event it was as 8, in a ring of arrays
    that a snapshot can copy at once; the dictionary over them is rebuilt on loading.

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
        self._first = 0
        self._next = 0
        self._begin(_START)

    def _begin(self, rows: int) -> None:
        self._ids = np.zeros((rows, 16), dtype=np.uint8)
        self._contents = np.zeros((rows, 16), dtype=np.uint8)
        self._owners = np.zeros(rows, dtype=np.uint64)  # 0: this place was forgotten
        self._times_ms = np.zeros(rows, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._places)

    def status(self, event: Event, now_ms: int) -> Status:
        """Return CREATED for a new id, EXISTS for the same event, CONFLICT for another."""
        place = self._places.get(_key(event.event_id))
        if place is None or self._is_old(place, now_ms):
            return Status.CREATED
        same = self._contents[place % len(self._times_ms)].tobytes() == _content(event)
        return Status.EXISTS if same else Status.CONFLICT

    def _is_old(self, place: int, now_ms: int) -> bool:
        return bool(self._times_ms[place % len(self._times_ms)] <= now_ms - self.window_ms)

    def remember(self, event: Event, profile: str, now_ms: int) -> None:
        """Remember an id that was just learned, as an event of ``profile``."""
        self.expire(now_ms)
        if self._next - self._first >= self.ids_max:
            self._forget_first()
        if self._next - self._first == len(self._times_ms):
            self._grow()
        key, place = _key(event.event_id), self._next % len(self._times_ms)
        self._places[key] = self._next
        self._ids[place] = np.frombuffer(key, dtype=np.uint8)
        self._contents[place] = np.frombuffer(_content(event), dtype=np.uint8)
        self._owners[place] = _owner(profile)
        self._times_ms[place] = now_ms
        self._next += 1

    def expire(self, now_ms: int) -> None:
        """Forget the ids that are older than the window."""
        while self._first < self._next and self._is_old(self._first, now_ms):
            self._forget_first()

    def _forget_first(self) -> None:
        place = self._first % len(self._times_ms)
        if self._owners[place]:
            del self._places[self._ids[place].tobytes()]
            self._owners[place] = 0
        self._first += 1

    def forget(self, profile: str) -> None:
        """Forget the ids of all events of ``profile``; their places stay empty until their time."""
        for place in np.flatnonzero(self._owners == _owner(profile)).tolist():
            del self._places[self._ids[place].tobytes()]
            self._ids[place] = self._contents[place] = 0
            self._owners[place] = 0

    def _grow(self) -> None:
        state = self.state()
        self._begin(2 * len(self._times_ms))
        self.load(state)

    def state(self) -> dict[str, Any]:
        """Return ids, contents and times, oldest first."""
        order = np.arange(self._first, self._next) % len(self._times_ms)
        return {
            "ids": self._ids[order],
            "contents": self._contents[order],
            "owners": self._owners[order],
            "times_ms": self._times_ms[order],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Become what `state` returned elsewhere."""
        count = len(state["times_ms"])
        if count > len(self._times_ms):
            self._begin(max(_START, 1 << (count - 1).bit_length()))
        self._first, self._next = 0, count
        for mine, theirs in (
            (self._ids, state["ids"]),
            (self._contents, state["contents"]),
            (self._owners, state["owners"]),
            (self._times_ms, state["times_ms"]),
        ):
            mine[:count] = theirs
        self._owners[count:] = 0
        held = np.flatnonzero(self._owners).tolist()
        self._places = {self._ids[place].tobytes(): place for place in held}


def _key(event_id: str) -> bytes:
    return hashlib.blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _owner(profile: str) -> np.uint64:
    digest = hashlib.blake2b(profile.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "big") or 1)


def _content(event: Event) -> bytes:
    return event.fingerprint or fingerprint(event)
