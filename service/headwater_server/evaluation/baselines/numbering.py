"""Ids as numbers, arrays that grow with them, and the best of an array."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Numbering:
    """Ids numbered from 0 in the order of their first sight.

    >>> items = Numbering()
    >>> items.number("a"), items.number("b"), items.number("a"), items.find("c"), items.ids
    (0, 1, 0, None, ['a', 'b'])
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def number(self, text: str) -> int:
        """Return the id's number; a new id gets the next."""
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self.ids)
            self.ids.append(text)
        return number

    def find(self, text: str) -> int | None:
        """Return the id's number, or None if it was never seen."""
        return self._numbers.get(text)

    def known(self, texts: Iterable[str]) -> list[int]:
        """Return the numbers of those ids that were seen before."""
        return [n for n in map(self._numbers.get, texts) if n is not None]


def grown(array: Array, size: int) -> Array:
    """Return the array with room for ``size`` rows at least, new ones 0; it doubles as it grows.

    >>> grown(np.ones(2), 3)
    array([1., 1., 0., 0.])
    """
    if size <= len(array):
        return array
    more = np.zeros((max(size, 2 * len(array)), *array.shape[1:]), array.dtype)
    more[: len(array)] = array
    return more


def best(scores: Array, left_out: Collection[int], n: int) -> list[int]:
    """Return the numbers of the ``n`` highest scores, best first; of equals the lower number.

    Scores of minus infinity are no answers.

    >>> best(np.array([1.0, 3.0, 2.0, -np.inf, 2.0]), {1}, 3)
    [2, 4, 0]
    """
    scores = scores.copy()
    if left_out:
        scores[list(left_out)] = -np.inf
    chosen = np.arange(len(scores))
    if n < len(scores):
        bar = np.partition(scores, -n)[-n]
        chosen = np.flatnonzero(scores >= bar)
    ranked = chosen[np.argsort(-scores[chosen], kind="stable")][:n]
    return [int(number) for number in ranked if scores[number] > -np.inf]
