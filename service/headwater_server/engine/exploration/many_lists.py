"""Many lists from the same scores: how often rows are in them, at a few nanoseconds a row.

The lists are those of `plackett_luce`, drawn another way. Candidates are sorted, best first, and an
item is found by the sums of the weights from each of them on, behind those at the top that the list
has already; if it has the item, another one is drawn. That is the same chance as drawing from those
left, and needs no sum over all candidates for each slot.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.exploration.plackett_luce import chances_of_slate
from headwater_server.models.splitmix import mix, uniform

_LEFT_MIN = 0.25
"""Share of the summed weight that must be left: so a draw is repeated three times on average."""
_TINY = 1e-250
_OTHERS = np.uint64(1 << 32)
"""Counters of the seeds of lists that are not the answer's own."""


@njit(cache=True, nogil=True)
def _seeds(seed, lists):  # type: ignore[no-untyped-def]
    seeds = np.empty(lists, dtype=np.uint64)
    for number in range(lists):
        seeds[number] = mix(seed, _OTHERS + np.uint64(number))
    return seeds


@njit(cache=True, nogil=True)
def _sum_up(scores, temperature, is_left, weights, sums):  # type: ignore[no-untyped-def]
    """Write the weights of what is left, relative to its best, and their sums from each row on."""
    n, top = len(scores), 0
    while top < n - 1 and not is_left[top]:
        top += 1
    sums[n] = 0.0
    for i in range(n - 1, -1, -1):
        weights[i] = np.exp((scores[i] - scores[top]) / temperature) if is_left[i] else 0.0
        sums[i] = sums[i + 1] + weights[i]


@njit(cache=True, nogil=True)
def _found(sums, first, draw):  # type: ignore[no-untyped-def]
    """Return the last row from ``first`` on whose sum exceeds ``draw``."""
    low, high = first, len(sums) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if sums[middle] > draw:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _draw_lists(scores, slots, epsilon, temperature, seeds, tracked, counts, sums):  # type: ignore[no-untyped-def]
    """Draw lists from scores that are sorted, best first."""
    n = len(scores)
    is_left = np.ones(n, dtype=np.bool_)
    first, first_sums = np.empty(n), np.empty(n + 1)
    own, own_sums = np.empty(n), np.empty(n + 1)
    chosen = np.empty(slots, dtype=np.int64)
    _sum_up(scores, temperature, is_left, first, first_sums)
    for seed in seeds:
        weights, whole, top, gone, at = first, first_sums, 0, 0.0, 0
        for slot in range(slots):
            left = whole[top] - gone
            if left < _LEFT_MIN * whole[top] or left < _TINY:
                weights, whole, gone = own, own_sums, 0.0
                _sum_up(scores, temperature, is_left, weights, whole)
                left = whole[top]
            even = epsilon / (n - slot)
            soft = (1.0 - epsilon) / left
            for j in range(len(tracked)):
                if tracked[j] >= 0 and is_left[tracked[j]]:
                    sums[j] += soft * weights[tracked[j]] + even
            is_even = uniform(seed, at) < epsilon
            at += 1
            pick = -1
            while pick < 0 or not is_left[pick]:
                draw = uniform(seed, at)
                at += 1
                if is_even:
                    pick = min(n - 1, int(draw * n))
                else:
                    pick = _found(whole, top, draw * whole[top])
            chosen[slot] = pick
            is_left[pick] = False
            gone += weights[pick]
            while top < n - 1 and not is_left[top]:  # what is at the top is behind the draws
                gone = max(0.0, gone - weights[top])
                top += 1
        for j in range(len(tracked)):
            counts[j] += tracked[j] >= 0 and not is_left[tracked[j]]
        is_left[chosen] = True


@njit(cache=True, nogil=True)
def _sorted(scores, rows):  # type: ignore[no-untyped-def]
    """Return the scores, best first, and the places of the rows among them."""
    order = np.argsort(-scores)
    place = np.empty(len(scores), dtype=np.int64)
    place[order] = np.arange(len(scores))
    tracked = np.full(len(rows), -1, dtype=np.int64)
    for j in range(len(rows)):
        if rows[j] >= 0:
            tracked[j] = place[rows[j]]
    return scores[order], tracked


@njit(cache=True, nogil=True)
def _list_chances(  # type: ignore[no-untyped-def]
    scores, rows, slots, epsilon, temperature, seed, lists, chances, listed
):
    """Write the chances of the slots, and those to be in a list; both in one call."""
    shown = min(slots, len(rows))
    chances_of_slate(scores, rows[:shown], epsilon, temperature, chances[:shown])
    if epsilon == 1.0:  # all lists are alike
        for j in range(len(rows)):
            listed[j] = min(1.0, slots / len(scores)) if rows[j] >= 0 else 0.0
        return
    seeds = _seeds(seed, lists)
    ordered, tracked = _sorted(scores, rows)
    counts, sums = np.zeros(len(rows)), np.zeros(len(rows))
    args = min(slots, len(scores)), epsilon, temperature, seeds, tracked
    _draw_lists(ordered, *args, counts, sums)
    for j in range(len(rows)):
        listed[j] = combined(counts[j] / lists, sums[j] / lists)


@njit(cache=True, nogil=True)
def combined(share, mean):  # type: ignore[no-untyped-def]
    r"""Return the chance to be in a list, from two means of the same expectation.

    The share of lists b is exact for what is nearly always in the list, and of no use for what is
    seldom there; the mean sum of chances s is the other way round. The weight of s in
    b + (1 - P^2)(s - b), with P = min(1, s), is near the one of least variance for all P.
    """
    mean = min(1.0, mean)
    return min(1.0, max(0.0, share + (1.0 - mean * mean) * (mean - share)))


def list_chances(
    scores: NDArray[np.float64],
    rows: NDArray[np.int64],
    slots: int,
    epsilon: float,
    temperature: float,
    seed: int,
    lists: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by slot the chance of its row given those before, and of each row to be in a list.

    The latter is estimated from ``lists`` that the seed decides, exact if epsilon is 1. A row of -1
    is no candidate. A slot that the page does not have has no chance.

    >>> scores, rows = np.log([6.0, 3.0, 1.0]), np.array([1, -1])
    >>> slots, listed = list_chances(scores, rows, 1, 0.0, 1.0, seed=7, lists=64)
    >>> slots.round(3).tolist(), listed.round(1).tolist()
    ([0.3, 0.0], [0.3, 0.0])
    """
    chances, listed = np.zeros(len(rows)), np.zeros(len(rows))
    if len(scores) and len(rows):
        args = slots, epsilon, temperature, np.uint64(seed), lists
        _list_chances(scores, rows, *args, chances, listed)
    return chances, listed


def list_seeds(seed: int, lists: int) -> NDArray[np.uint64]:
    """Return the seeds of lists that could have been drawn instead of the answer.

    >>> len(set(list_seeds(7, 64).tolist()))
    64
    """
    return np.asarray(_seeds(np.uint64(seed), lists))
