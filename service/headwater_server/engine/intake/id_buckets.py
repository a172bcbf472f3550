"""From the hash of an event id to its place: buckets that contain the newest place of each.

An earlier row of the same bucket is found through the row itself, so a bucket is 4 bytes, and a
removed row needs no change here: rows leave in order of their age, and what a bucket leads to
beyond the oldest row is gone.
"""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.intake.id_rows import IdRows

IDS_A_BUCKET = 3
BUCKETS_MAX = 1 << 22
_WORD = (1 << 32) - 1

# The process's own secret, as for a dictionary of strings: otherwise a page could choose ids that
# all share one bucket. It decides no answer, so replicas may differ in it.
_SECRET = hash("buckets of event ids") & ((1 << 64) - 1) | 1


class IdBuckets:
    """The buckets for at most ``ids_max`` rows: 1.33 bytes an id, and three rows read a search.

    >>> rows, buckets = IdRows(), IdBuckets(10)
    >>> buckets.find(7, rows)
    0
    >>> rows.append(7, content=8, owner=9, back=buckets.note(7, rows), time_ms=1)
    >>> buckets.find(7, rows)
    1
    """

    def __init__(self, ids_max: int) -> None:
        self.count = min(ids_max // IDS_A_BUCKET + 1, BUCKETS_MAX)
        self._newest = array("I", bytes(4 * self.count))

    def find(self, key: int, rows: IdRows) -> int:
        """Return the newest place of ``key``, 0 if there is none."""
        return self.find_in(self.bucket(key), key, rows)

    def find_in(self, bucket: int, key: int, rows: IdRows) -> int:
        """Do the same; ``bucket`` is that of ``key``."""
        place = self._newest_place(bucket, rows)
        while place >= rows.first:
            found, _, _, back = rows.read(place)
            if found == key:
                return place
            place = place - back if back else 0
        return 0

    def note(self, key: int, rows: IdRows) -> int:
        """Make ``rows.next`` the newest place of the bucket; return how far back the other is."""
        return self.note_in(self.bucket(key), rows)

    def note_in(self, bucket: int, rows: IdRows) -> int:
        """Do the same for a key of this bucket."""
        earlier = self._newest_place(bucket, rows)
        self._newest[bucket] = rows.next & _WORD
        return rows.next - earlier if earlier >= rows.first else 0

    def note_all(self, keys: NDArray[np.uint64], rows: IdRows) -> list[int]:
        """Note keys in order, up to the first that has a place; return what `note` does of each."""
        newest, first, start = self._newest, rows.first, rows.next
        back: list[int] = []
        fresh: set[int] = set()
        words = zip(self._buckets_of(keys).tolist(), keys.tolist(), strict=True)
        for last, (bucket, key) in enumerate(words, start - 1):
            earlier = place = last - ((last - newest[bucket]) & _WORD)
            if key in fresh:
                break
            while place >= first:
                is_fresh = place >= start
                found, _, _, further = (
                    (0, 0, 0, back[place - start]) if is_fresh else rows.read(place)
                )
                if found == key and not is_fresh:
                    return back
                place = place - further if further else 0
            newest[bucket] = (last + 1) & _WORD
            back.append(last + 1 - earlier if earlier >= first else 0)
            fresh.add(key)
        return back

    def _buckets_of(self, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return the `bucket` of each key."""
        word = np.uint64(32)
        mixed = keys * np.uint64(_SECRET)
        return ((mixed >> word) * np.uint64(self.count)) >> word

    def _newest_place(self, bucket: int, rows: IdRows) -> int:
        # Places count on beyond 32 bits. A bucket that was not used for so long may lead to rows of
        # others: these have other keys, so only the search is longer.
        last = rows.next - 1
        return last - ((last - self._newest[bucket]) & _WORD)

    def bucket(self, key: int) -> int:
        """Return high bits of ``key`` times a secret odd number (Dietzfelbinger et al., 1997)."""
        return (key * _SECRET >> 32 & _WORD) * self.count >> 32

    def fill(self, keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """Note ``keys`` at places from 1; return what `note` returns of each."""
        buckets = self._buckets_of(keys)
        order = np.argsort(buckets, kind="stable")
        ordered = buckets[order]
        follows = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
        back = np.zeros(len(keys), np.uint32)
        back[order[follows]] = order[follows] - order[follows - 1]
        newest = np.zeros(self.count, np.uint32)
        newest[ordered] = order + 1  # of equal buckets the last counts
        self._newest = array("I", newest.tobytes())
        return back
