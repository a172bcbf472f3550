"""Texts that few items share, such as titles: a number of 8 bytes an item finds them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.base import grown

Texts = Callable[[int], Sequence[str | float]]
"""Returns the texts that an item has in the field."""


class TextHashes:
    """The hash of each item's text; what is found is compared with the text itself.

    Hashes differ from process to process; nothing that depends on them leaves this object.

    >>> titles = TextHashes(rows=4)
    >>> titles.put(2, "Green tea")
    >>> titles.mask(["Green tea"], lambda item: ["Green tea"]).tolist()
    [False, False, True, False]
    """

    def __init__(self, rows: int) -> None:
        self._hashes = np.zeros(rows, dtype=np.int64)
        self.count = 0

    def __bool__(self) -> bool:
        """Whether any item has a text."""
        return self.count > 0

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        self._hashes = grown(self._hashes, rows)

    def put(self, item: int, text: str) -> None:
        """Store the text of an item that has none."""
        self._hashes[item] = _hash(text)
        self.count += 1

    def fill(self, texts: Mapping[int, str]) -> None:
        """Store the texts of items, of which none is stored."""
        items = np.fromiter(texts, np.int64, len(texts))
        self._hashes[items] = np.fromiter(map(_hash, texts.values()), np.int64, len(texts))
        self.count = len(texts)

    def drop(self, item: int) -> None:
        """Remove the text of an item that has one."""
        self._hashes[item] = 0
        self.count -= 1

    def filled(self) -> NDArray[np.bool_]:
        """Return bool[rows]: which items have a text."""
        found: NDArray[np.bool_] = self._hashes != 0
        return found

    def mask(self, texts: Sequence[str], texts_of: Texts) -> NDArray[np.bool_]:
        """Return bool[rows]: which items have one of ``texts``."""
        wanted = set(texts)
        found = np.isin(self._hashes, np.array([_hash(text) for text in wanted], dtype=np.int64))
        for item in np.flatnonzero(found).tolist():
            found[item] = not wanted.isdisjoint(texts_of(item))
        return found


def _hash(text: str) -> int:
    return hash(text) or 1
