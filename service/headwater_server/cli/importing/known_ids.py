"""The ids on a log, in eight bytes each: forty million of them take 320 MB."""

from __future__ import annotations

import hashlib
from array import array

import numpy as np
from numpy.typing import NDArray

SORTED_EVERY = 1_000_000


class KnownIds:
    """A set of texts that only grows, by their hashes. It may hold one of 10^11 wrongly.

    >>> known = KnownIds()
    >>> known.add("a"), "a" in known, "b" in known, len(known)
    (None, True, False, 1)
    """

    def __init__(self) -> None:
        self._new: set[int] = set()
        self._sorted: NDArray[np.uint64] = np.empty(0, np.uint64)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._sorted) + len(self._new)

    def add(self, text: str) -> None:
        """Add a text."""
        self._new.add(_hash(text))
        if len(self._new) >= SORTED_EVERY:
            new = np.array(array("Q", self._new), np.uint64)
            self._sorted = np.unique(np.concatenate([self._sorted, new]))
            self._new.clear()

    def __contains__(self, text: str) -> bool:
        """Return whether the text was added."""
        number = _hash(text)
        if number in self._new:
            return True
        place = int(np.searchsorted(self._sorted, np.uint64(number)))
        return place < len(self._sorted) and int(self._sorted[place]) == number


def _hash(text: str) -> int:
    raw = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw, "little")
