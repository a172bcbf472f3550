"""Visitors' items in order, cut into windows that a sequence model is trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

LENGTH_MAX = 50
LENGTHS = (5, 15, LENGTH_MAX)  # a window is padded to the next of these: few shapes to compile
BATCH = 128
PADDING = 0  # items are numbered from 1

Numbers = NDArray[np.int32]


def windows(sequences: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return windows of at most LENGTH_MAX + 1 items; each item but the first is a target once.

    >>> windows([[1], [1, 2, 3]])
    [[1, 2, 3]]
    >>> [len(window) for window in windows([list(range(1, 103))])]
    [51, 51, 2]
    """
    return [
        list(sequence[start : start + LENGTH_MAX + 1])
        for sequence in sequences
        for start in range(0, len(sequence) - 1, LENGTH_MAX)
    ]


def padded(items: Sequence[int], length: int) -> Numbers:
    """Return the newest ``length`` items, padding in front.

    >>> padded([7, 8], 4).tolist()
    [0, 0, 7, 8]
    """
    row = np.full(length, PADDING, np.int32)
    newest = items[-length:]
    if newest:
        row[-len(newest) :] = newest
    return row


def batches(
    cut: Sequence[Sequence[int]], random: np.random.Generator
) -> Iterator[tuple[Numbers, Numbers]]:
    """Give (inputs, targets), each (BATCH, length), in random order; a target is the item after.

    A window is in a batch with windows of a similar length. Rows that are missing are padding.
    """
    by_length: dict[int, list[int]] = {}
    for number in random.permutation(len(cut)):
        length = next(each for each in LENGTHS if len(cut[number]) - 1 <= each)
        rows = by_length.setdefault(length, [])
        rows.append(int(number))
        if len(rows) == BATCH:
            yield _batch([cut[row] for row in by_length.pop(length)], length)
    for length, rows in by_length.items():
        yield _batch([cut[row] for row in rows], length)


def _batch(cut: Sequence[Sequence[int]], length: int) -> tuple[Numbers, Numbers]:
    missing: list[Sequence[int]] = [()] * (BATCH - len(cut))
    rows = [*cut, *missing]
    inputs = np.stack([padded(row[:-1], length) for row in rows])
    return inputs, np.stack([padded(row[1:], length) for row in rows])
