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
def note(row, kin, crowd, like):
    """Let every candidate know that ``row`` has its slot.

    ``crowd`` grows by the overlap of the categories (Jaccard), ``like`` rises to the likeness:
    the cosine of the words, or of who touched both, whichever is more, at most 1.
    """
    kinds, kind_marks, tokens, token_marks, worth, inverse, items, roots, places, pairs, unit = kin
    n = len(items)
    count = _marked(kinds, row, kind_marks)
    held = _marked(tokens, row, token_marks)
    for i in range(n):
        shared, own = 0, 0
        if count > 0:
            for number in kinds[i]:
                if number < 0:
                    break
                own += 1
                shared += kind_marks[number + 1] == kind_marks[0]
            if shared > 0:
                crowd[i] += shared / (own + count - shared)
        if held > 0:
            common = 0.0
            for k in range(tokens.shape[1]):
                if tokens[i, k] < 0:
                    break
                if token_marks[tokens[i, k] + 1] == token_marks[0]:
                    common += worth[i, k]
            like[i] = max(like[i], min(1.0, common * inverse[i] * inverse[row]))
    _note_touches(row, items, roots, places, pairs, unit, like)


@njit(cache=True)
def _note_touches(row, items, roots, places, pairs, unit, like):
    starts, sizes, ids, values = pairs
    first = starts[items[row]]
    for slot in range(first, first + sizes[items[row]]):
        i = places[ids[slot]]
        if i >= 0:
            both = (values[slot, 0] + values[slot, 1]) * unit
            like[i] = max(like[i], min(1.0, both / (roots[row] * roots[i])))


@njit(cache=True)
def variety(kin):
    """Return 1 - the mean, over all pairs, of the greater of both likenesses."""
    n = len(kin[6])
    total = 0.0
    for row in range(n):
        crowd, like = np.zeros(n), np.zeros(n)
        note(row, kin, crowd, like)
        for i in range(row):
            total += max(crowd[i], like[i])
    return 1.0 - 2.0 * total / (n * (n - 1))
