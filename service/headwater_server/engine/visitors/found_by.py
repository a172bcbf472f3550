"""Finds the row of a profile in a kernel, and gives it one.

The kernel is not in the file of the buckets' secret: a compiled kernel is kept by the values of its
file's globals, and another secret in each process would compile it in each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


class FoundBy(NamedTuple):
    """What a kernel finds rows by."""

    hashes: NDArray[np.uint64]
    earlier: NDArray[np.uint32]
    newest: NDArray[np.uint32]
    shift: np.uint64
    secret: np.uint64


@njit(cache=True, nogil=True)
def find_row(found_by, high, low):  # type: ignore[no-untyped-def]
    """Return the row of a key by the two words of its hash, -1 if it has none."""
    row = np.int64(found_by.newest[(low * found_by.secret) >> found_by.shift]) - 1
    while row >= 0 and (found_by.hashes[row, 0] != high or found_by.hashes[row, 1] != low):
        row = np.int64(found_by.earlier[row]) - 1
    return row


@njit(cache=True, _nrt=False)  # type: ignore[call-overload]  # numba's own types do not know `_nrt`
def enter_row(found_by, high, low, row):  # type: ignore[no-untyped-def]
    """Give ``row``, which is free, to a key that has none, as `ProfileRows.enter` does."""
    bucket = (low * found_by.secret) >> found_by.shift
    found_by.hashes[row, 0], found_by.hashes[row, 1] = high, low
    found_by.earlier[row], found_by.newest[bucket] = found_by.newest[bucket], row + 1
