"""How alike candidates are, kept up slot by slot: by category, by words, by who touched both."""

from __future__ import annotations

import numpy as np
from numba import njit

SHRINK = 3.0
"""Touches added to an item's own, so that one visitor who touched both makes no likeness."""


@njit(cache=True)
def squares(tokens, frequencies, described):
    """Return (idf squared of each token, 1 / length of each item's vector of them)."""
    n, most = tokens.shape
    worth, inverse = np.zeros((n, most)), np.zeros(n)
    for i in range(n):
        total = 0.0
        for k in range(most):
            token = tokens[i, k]
            if token < 0:
                break
            idf = np.log((described + 1.0) / (frequencies[token] + 1.0)) + 0.1
            worth[i, k] = idf * idf
            total += worth[i, k]
        if total > 0.0:
            inverse[i] = 1.0 / np.sqrt(total)
    return worth, inverse


@njit(cache=True)
def _marked(numbers, row, marks):
    """Mark what ``row`` holds; return how much that is."""
    marks[0] += 1
    count = 0
    for number in numbers[row]:
        if number < 0:
            break
        marks[number + 1] = marks[0]
        count += 1
    return count


@njit(cache=True)
def note(row, kin, standing, crowd, like):
    """Let the candidates that are left (``standing`` 0) know that ``row`` has its slot.

    ``crowd`` grows by the overlap of the categories (Jaccard), ``like`` rises to the likeness:
    the cosine of the words, or of who touched both, whichever is more, at most 1.
    """
    kinds, kind_marks, tokens, token_marks, worth, inverse, items, roots, places, pairs, unit = kin
    count = _marked(kinds, row, kind_marks)
    if count > 0:
        _note_kinds(count, kinds, kind_marks, standing, crowd)
    if _marked(tokens, row, token_marks) > 0:
        _note_words(inverse[row], tokens, token_marks, worth, inverse, standing, like)
    _note_touches(row, items, roots, places, pairs, unit, like)


# Unsigned indices below: signed ones are tested for -1 in the innermost loops.


@njit(cache=True)
def _note_kinds(count, kinds, marks, standing, crowd):
    mark = marks[0]
    for i in range(np.uint64(len(standing))):
        if standing[i] != 0:
            continue
        shared, own = 0, 0
        for k in range(np.uint64(kinds.shape[1])):
            if kinds[i, k] < 0:
                break
            own += 1
            shared += marks[np.uint64(kinds[i, k]) + np.uint64(1)] == mark
        if shared > 0:
            crowd[i] += shared / (own + count - shared)


@njit(cache=True)
def _note_words(length, tokens, marks, worth, inverse, standing, like):
    mark = marks[0]
    for i in range(np.uint64(len(standing))):
        if standing[i] != 0:
            continue
        common = 0.0
        for k in range(np.uint64(tokens.shape[1])):
            if tokens[i, k] < 0:
                break
            if marks[np.uint64(tokens[i, k]) + np.uint64(1)] == mark:
                common += worth[i, k]
        if common > 0.0:
            like[i] = max(like[i], min(1.0, common * inverse[i] * length))


@njit(cache=True)
def _note_touches(row, items, roots, places, pairs, unit, like):
    starts, sizes, ids, values = pairs
    first = starts[items[row]]
    for slot in range(np.uint64(first), np.uint64(first + sizes[items[row]])):
        i = places[np.uint64(ids[slot])]
        if i >= 0:
            both = (values[slot, 0] + values[slot, 1]) * unit
            like[i] = max(like[i], min(1.0, both / (roots[row] * roots[i])))


@njit(cache=True)
def variety(kin):
    """Return 1 - the mean, over all pairs, of the greater of both likenesses."""
    n = len(kin[6])
    total, standing = 0.0, np.zeros(n, dtype=np.int8)
    for row in range(n):
        crowd, like = np.zeros(n), np.zeros(n)
        note(row, kin, standing, crowd, like)
        for i in range(row):
            total += max(crowd[i], like[i])
    return 1.0 - 2.0 * total / (n * (n - 1))
