"""The event ids that were learned, so that each is learned once, within a window and a cap."""

from __future__ import annotations

import struct
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.intake.id_buckets import IdBuckets
from headwater_server.engine.intake.id_rows import NOBODY, Columns, IdRows
from headwater_server.engine.messages.entries import ErasedEvent
from headwater_server.engine.messages.events import Event, Status, fingerprint
from headwater_server.engine.snapshot.state import Deferred

_WORD, _HALF_WORD = struct.Struct(">Q"), struct.Struct(">I")


class Deduplication:
    """Remembers ids in order of arrival; the oldest are removed first, by age or by number.

    An id takes 23.4 bytes: a row (`id_rows`), a third of a bucket (`id_buckets`), and 16 bytes of
    time in each 65 seconds with an event. Only hashes are kept. Two of a million remembered ids
    share all 64 bits with a probability of 3e-8, and a new id is taken for one of them with 5e-14:
    it is then refused as a CONFLICT, because its content differs. An id that is used again for
    another event is answered EXISTS instead of CONFLICT once in 4e9 times (32 bits of the content).
    An erasure of a person marks another's id as erased once in 4,000 times, with a million ids (32
    bits of the owner); that changes only the sentence that a retry of it gets. A sender who
    computes an id that equals another one's hash gains nothing: the id itself could be sent as
    well.

    >>> seen = Deduplication(window_ms=1000, ids_max=10)
    >>> event = Event("e1", "click", "v")
    >>> seen.remember(event, "vv", now_ms=0)
    >>> seen.status(event, now_ms=999), seen.status(event, now_ms=1000)
    (<Status.EXISTS: 'exists'>, <Status.CREATED: 'created'>)
    """

    def __init__(self, window_ms: int, ids_max: int) -> None:
        self.window_ms = window_ms
        self.ids_max = ids_max
        self._rows = IdRows()
        self._buckets = IdBuckets(ids_max)
        self.removed_early = 0  # by this process, within the window; not a part of the state
        # of the last event: it is asked about, and then remembered
        self._last: tuple[Event | None, int] = (None, 0)

    def __len__(self) -> int:
        return len(self._rows)

    def adopt(self, window_ms: int, ids_max: int) -> None:
        """Use another window and another number of ids; `shrink` then applies the number."""
        self.window_ms = window_ms
        if ids_max != self.ids_max:
            self.ids_max = ids_max
            self._buckets = IdBuckets(ids_max)
            self._fill(self._rows.columns()())

    def status(self, event: Event, now_ms: int) -> Status:
        """Return CREATED for a new id, EXISTS for the same event, CONFLICT for another."""
        place = self._known(self._key_of(event), now_ms)
        if not place:
            return Status.CREATED
        same = self._rows.read(place)[1] == _half_word(content_of(event))
        return Status.EXISTS if same else Status.CONFLICT

    def _key_of(self, event: Event) -> int:
        last, key = self._last
        if last is not event:
            key = _word(key_of(event))
            self._last = event, key
        return key

    def _known(self, key: int, now_ms: int) -> int:
        """Return the place of an id within the window, 0 if there is none."""
        place = self._buckets.find(key, self._rows)
        is_known = place and self._rows.time_ms(place) > now_ms - self.window_ms
        return place if is_known else 0

    def remember(self, event: Event, profile: str, now_ms: int) -> None:
        """Remember the id of a learned event of ``profile``."""
        self._remember(self._key_of(event), content_of(event), owner_of(profile), now_ms)

    def remember_new(self, event: Event, profile: str, now_ms: int) -> bool:
        """Remember the id of an event of ``profile`` if no row has it; else return False.

        False also for an id that is older than the window, while its row is still there.
        """
        key, rows, buckets = _word(key_of(event)), self._rows, self._buckets
        bucket = buckets.bucket(key)
        if buckets.find_in(bucket, key, rows):
            return False
        rows.expire(now_ms - self.window_ms)
        if rows.next - rows.first >= self.ids_max:
            self.shrink(places=1)
        back = buckets.note_in(bucket, rows)
        rows.append(key, _half_word(content_of(event)), owner_of(profile), back, now_ms)
        return True

    def remember_all(
        self,
        keys: NDArray[np.uint64],
        contents: NDArray[np.uint32],
        owners: NDArray[np.uint32],
        times_ms: NDArray[np.int64],
    ) -> int:
        """Remember the ids of events in order, up to the first that a row has; return how many.

        The columns are what `key_of`, `content_of` and `owner_of` say, and the times do not go
        back. What is too old, or too much, goes once, after them: what is left is the same.
        """
        rows = self._rows
        back = self._buckets.note_all(keys, rows)
        count = len(back)
        if count:
            rows.extend(keys[:count], contents[:count], owners[:count], back, times_ms[:count])
            rows.expire(int(times_ms[count - 1]) - self.window_ms)
            self.shrink()
        return count

    def remember_erased(self, erased: ErasedEvent, now_ms: int) -> None:
        """Remember the id of an erased event, unless it is known; there is no owner."""
        key = _word(erased.id_hash)
        if not self._known(key, now_ms):
            self._remember(key, erased.content_hash, NOBODY, now_ms)

    def is_erased(self, event: Event) -> bool:
        """Return whether a known event's person was erased."""
        place = self._buckets.find(self._key_of(event), self._rows)
        return self._rows.read(place)[2] == NOBODY

    def _remember(self, key: int, content_hash: bytes, owner: int, now_ms: int) -> None:
        rows = self._rows
        rows.expire(now_ms - self.window_ms)
        if len(rows) >= self.ids_max:
            self.shrink(places=1)
        back = self._buckets.note(key, rows)
        rows.append(key, _half_word(content_hash), owner, back, now_ms)

    def expire(self, now_ms: int) -> None:
        """Remove the ids that are older than the window."""
        self._rows.expire(now_ms - self.window_ms)

    def shrink(self, places: int = 0) -> None:
        """Remove the oldest ids, so that ``places`` more have room within ``ids_max``."""
        surplus = len(self._rows) + places - max(1, self.ids_max)
        if surplus > 0:
            self._rows.drop(surplus)
            self.removed_early += surplus

    def forget(self, profile: str) -> None:
        """Forget whose the events of ``profile`` were; their ids stay known until they expire."""
        self._rows.disown(owner_of(profile))

    def set_back(self, now_ms: int) -> None:
        """Count ids that were noted after ``now_ms`` as of then."""
        columns = self._rows.columns()()
        self._fill({**columns, "times_ms": np.minimum(columns["times_ms"], now_ms)})

    def state(self) -> Deferred:
        """Return ids, contents, owners and times, oldest first."""
        return Deferred(self._rows.columns())

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._fill(state)

    def _fill(self, columns: Columns) -> None:
        self._rows.fill(columns, self._buckets.fill(columns["ids"]))


def erased_event(event: Event) -> ErasedEvent:
    """Return what may be kept of an event whose person is erased."""
    return ErasedEvent(key_of(event), content_of(event), event.from_page)


def key_of(event: Event) -> bytes:
    """Return 16 bytes by which the id of an event is known."""
    # pages have a separate space of ids, so that a page cannot occupy an id of the shop's backend
    person = b"page" if event.from_page else b""
    event_id = event.event_id.encode("utf-8", "surrogatepass")
    return blake2b(event_id, digest_size=16, person=person).digest()


@lru_cache(maxsize=1024)  # most visitors of the last minute
def owner_of(profile: str) -> int:
    """Return the number by which the ids of a profile's events are found."""
    return _half_word(owner_bytes(profile)) or 1


def owner_bytes(profile: str) -> bytes:
    """Return 4 bytes of which `owner_of` is made."""
    return blake2b(profile.encode("utf-8", "surrogatepass")).digest()[:4]


def content_of(event: Event) -> bytes:
    """Return 16 bytes that say what the event is."""
    return event.fingerprint or fingerprint(event)


def _word(digest: bytes) -> int:
    word: int = _WORD.unpack_from(digest.ljust(_WORD.size, b"\0"))[0]  # a log may hold a short one
    return word


def _half_word(digest: bytes) -> int:
    half: int = _HALF_WORD.unpack_from(digest.ljust(_HALF_WORD.size, b"\0"))[0]
    return half
