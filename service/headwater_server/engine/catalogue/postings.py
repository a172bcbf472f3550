"""The items that contain each text of a field, in little memory, and quick to mark in a mask."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

DENSE_SHARE = 32
"""A list of 4-byte numbers takes as much as a bit an item if a 32nd of all items is on it."""

Bits: TypeAlias = NDArray[np.uint8]
Holders: TypeAlias = "int | array[int] | Bits"


class Postings:
    """Text -> items: one number, a list of numbers, or for a frequent text a bit for each item.

    >>> postings = Postings(rows=8)
    >>> for item in (1, 5, 6):
    ...     postings.add("tea", item)
    >>> postings.add("cup", 2); postings.remove("tea", 5)
    >>> np.flatnonzero(postings.mask(["tea", "cup", "none"])).tolist()
    [1, 2, 6]
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._holders: dict[str, Holders] = {}
        self._counts: dict[str, int] = {}
        """Of texts with bits: how many items have them."""

    def __bool__(self) -> bool:
        """Whether any item has a text."""
        return bool(self._holders)

    def reserve(self, rows: int) -> None:
        """Make room for items numbered below ``rows``."""
        self._rows = rows
        for text in list(self._counts):
            longer, held = self._no_bits(), np.asarray(self._holders[text])
            longer[: len(held)] = held
            self._holders[text] = longer
            self._thin(text)

    def _no_bits(self) -> Bits:
        return np.zeros((self._rows + 7) // 8, dtype=np.uint8)

    def add(self, text: str, item: int) -> None:
        """Note that ``item``, which did not have it, has ``text``."""
        held = self._holders.get(text)
        if held is None:
            self._holders[text] = item
        elif isinstance(held, int):
            self._holders[text] = array("i", (held, item))
        elif isinstance(held, array):
            held.append(item)
            if DENSE_SHARE * len(held) > self._rows:
                self._to_bits(text, len(held))
        else:
            held[item >> 3] |= 1 << (item & 7)
            self._counts[text] += 1

    def fill(self, text: str, items: Sequence[int]) -> None:
        """Note all items that have ``text``, which none had; named twice, it has it once."""
        self._holders[text] = held = array("i", dict.fromkeys(items))
        if DENSE_SHARE * len(held) > self._rows:
            self._to_bits(text, len(held))
        else:
            self._shorten(text)

    def _to_bits(self, text: str, count: int) -> None:
        self._counts[text] = count
        self._holders[text] = np.packbits(self.mask([text]), bitorder="little")

    def remove(self, text: str, item: int) -> None:
        """Note that ``item``, which had it, has ``text`` no longer."""
        held = self._holders[text]
        if isinstance(held, int):
            del self._holders[text]
        elif isinstance(held, array):
            place = int(np.flatnonzero(np.frombuffer(held, np.int32) == item)[0])
            held[place] = held[-1]
            held.pop()
            self._shorten(text)
        else:
            held[item >> 3] &= ~(1 << (item & 7)) & 0xFF
            self._counts[text] -= 1
            self._thin(text)

    def _thin(self, text: str) -> None:
        """Make bits a list again when few have the text: half of what made them bits."""
        if 2 * DENSE_SHARE * self._counts[text] < self._rows:
            items = np.flatnonzero(self.mask([text])).astype(np.int32)
            del self._counts[text]
            self._holders[text] = array("i", items.tobytes())
            self._shorten(text)

    def _shorten(self, text: str) -> None:
        """Store a list of one as a number, and no empty list."""
        held = self._holders[text]
        if isinstance(held, array) and len(held) < 2:
            del self._holders[text]
            if held:
                self._holders[text] = held[0]

    def mask(self, texts: Iterable[str]) -> NDArray[np.bool_]:
        """Return bool[rows]: which items have one of ``texts``."""
        found = [held for text in texts if (held := self._holders.get(text)) is not None]
        bits = self._no_bits()
        for held in found:
            if isinstance(held, np.ndarray):
                bits |= held
        mask = np.unpackbits(bits, count=self._rows, bitorder="little").view(np.bool_)
        for held in found:
            if isinstance(held, array):
                mask[np.frombuffer(held, np.int32)] = True
            elif isinstance(held, int):
                mask[held] = True
        return mask

    def filled(self) -> NDArray[np.bool_]:
        """Return bool[rows]: which items have any text."""
        held = list(self._holders.values())
        bits = self._no_bits()
        for one in held:
            if isinstance(one, np.ndarray):
                bits |= one
        mask = np.unpackbits(bits, count=self._rows, bitorder="little").view(np.bool_)
        mask[[one for one in held if isinstance(one, int)]] = True
        for one in held:
            if isinstance(one, array):
                mask[np.frombuffer(one, np.int32)] = True
        return mask
