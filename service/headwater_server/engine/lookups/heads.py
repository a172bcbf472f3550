"""The first of many items in order, found part by part, so that other tasks run between two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.retrieval.top_list import largest


class Head(NamedTuple):
    """The first items of one part, with their keys; ``total``: how many the part has."""

    numbers: NDArray[np.int32]
    keys: NDArray[np.float64]
    total: int


def head_of(numbers: NDArray[np.int32], keys: NDArray[np.float64], count: int) -> Head:
    """Return the ``count`` items with the largest keys, in order of place; ties by place.

    >>> head_of(np.array([4, 5, 6]), np.array([1.0, 3.0, 1.0]), 1).numbers.tolist()
    [5]
    """
    if count >= len(numbers):
        return Head(numbers, keys, len(numbers))
    least = largest(keys, count)
    above, equal = np.flatnonzero(keys > least), np.flatnonzero(keys == least)
    first = np.sort(np.concatenate((above, equal[: count - len(above)])))
    return Head(numbers[first], keys[first], len(numbers))


def first_of(heads: Sequence[Head], count: int) -> NDArray[np.int32]:
    """Return the ``count`` items with the largest keys of all parts, largest first, ties by place.

    >>> one = Head(np.array([4, 5]), np.array([1.0, 3.0]), total=9)
    >>> other = Head(np.array([8]), np.array([1.0]), total=1)
    >>> first_of([one, other], 2).tolist()
    [5, 4]
    """
    if not heads:
        return np.zeros(0, dtype=np.int32)
    keys = np.concatenate([head.keys for head in heads])
    numbers = np.concatenate([head.numbers for head in heads])
    return numbers[np.argsort(-keys, kind="stable")[:count]]
