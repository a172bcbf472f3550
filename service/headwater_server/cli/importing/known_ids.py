"""The ids on a log, in eight bytes each: forty million of them take 320 MB."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left

import numpy as np


class KnownIds:
    """A set of texts that only grows, by their hashes. It may hold one of 10^11 wrongly.

    They are sorted in place at the first question after an addition, so all are added before.

    >>> known = KnownIds()
    >>> known.add("a"), "a" in known, "b" in known, len(known)
    (None, True, False, 1)
    """

    def __init__(self) -> None:
        self._hashes = array("Q")
        self._is_sorted = True

    def __len__(self) -> int:
        """Return how many were added."""
        return len(self._hashes)

    def add(self, text: str) -> None:
        """Add a text."""
        self._hashes.append(_hash(text))
        self._is_sorted = False

    def __contains__(self, text: str) -> bool:
        """Return whether the text was added."""
        if not self._is_sorted:
            np.frombuffer(self._hashes, np.uint64).sort()
            self._is_sorted = True
        number = _hash(text)
        place = bisect_left(self._hashes, number)
        return place < len(self._hashes) and self._hashes[place] == number


def _hash(text: str) -> int:
    raw = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "little")
