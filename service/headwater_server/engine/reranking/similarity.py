"""Similarity of candidates to the filled slots: by category, words and common visitors."""

from __future__ import annotations

import numpy as np
from numba import njit

from headwater_server.models.kernel_cache import use  # noqa: F401 - kernels are kept where it says

SHRINK = 3.0
"""Interactions added to an item's own, so that one common visitor makes no similarity."""


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
def _mark(numbers, row, marks):
    """Mark the numbers of ``row``; return how many there are."""
    # marks[0] is the current stamp: the next row needs no clearing, only the next stamp
    marks[0] += 1
    count = 0
    for number in numbers[row]:
        if number < 0:
            break
        marks[number + 1] = marks[0]
        count += 1
    return count


@njit(cache=True)
def update_similarities(row, inputs, status, overlaps, similarities):
    """Update the remaining candidates (``status`` 0) after ``row`` got its slot.

    ``overlaps`` grows by the overlap of the categories (Jaccard). ``similarities`` rises to the
    larger of two cosines, of the words and of the visitors of both items, at most 1. So a slot
    costs one pass over the candidates, not one over all pairs.
    """
    (
        categories,
        category_marks,
        tokens,
        token_marks,
        worth,
        inverse,
        items,
        roots,
        places,
        pairs,
        unit,
    ) = inputs
    count = _mark(categories, row, category_marks)
    if count > 0:
        _add_overlaps(count, categories, category_marks, status, overlaps)
    if _mark(tokens, row, token_marks) > 0:
        _raise_by_words(inverse[row], tokens, token_marks, worth, inverse, status, similarities)
    _raise_by_visitors(row, items, roots, places, pairs, unit, similarities)


# Unsigned indices below: numba tests signed ones for -1 in the innermost loops.


@njit(cache=True)
def _add_overlaps(count, categories, marks, status, overlaps):
    mark = marks[0]
    for i in range(np.uint64(len(status))):
        if status[i] != 0:
            continue
        shared, own = 0, 0
        for k in range(np.uint64(categories.shape[1])):
            if categories[i, k] < 0:
                break
            own += 1
            shared += marks[np.uint64(categories[i, k]) + np.uint64(1)] == mark
        if shared > 0:
            overlaps[i] += shared / (own + count - shared)


@njit(cache=True)
def _raise_by_words(length, tokens, marks, worth, inverse, status, similarities):
    mark = marks[0]
    for i in range(np.uint64(len(status))):
        if status[i] != 0:
            continue
        common = 0.0
        for k in range(np.uint64(tokens.shape[1])):
            if tokens[i, k] < 0:
                break
            if marks[np.uint64(tokens[i, k]) + np.uint64(1)] == mark:
                common += worth[i, k]
        if common > 0.0:
            similarities[i] = max(similarities[i], min(1.0, common * inverse[i] * length))


@njit(cache=True)
def _raise_by_visitors(row, items, roots, places, pairs, unit, similarities):
    # along the row of pairs, not the candidates: items without common visitors are never read
    starts, sizes, ids, values = pairs
    first = starts[items[row]]
    for slot in range(np.uint64(first), np.uint64(first + sizes[items[row]])):
        i = places[np.uint64(ids[slot])]
        if i >= 0:
            both = (values[slot, 0] + values[slot, 1]) * unit
            similarities[i] = max(similarities[i], min(1.0, both / (roots[row] * roots[i])))


@njit(cache=True)
def variety(inputs):
    """Return 1 minus the mean, over all pairs, of the larger of overlap and similarity."""
    n = len(inputs[6])
    total, status = 0.0, np.zeros(n, dtype=np.int8)
    for row in range(n):
        overlaps, similarities = np.zeros(n), np.zeros(n)
        update_similarities(row, inputs, status, overlaps, similarities)
        for i in range(row):
            total += max(overlaps[i], similarities[i])
    return 1.0 - 2.0 * total / (n * (n - 1))
