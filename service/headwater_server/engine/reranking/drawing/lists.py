"""Many lists from the same candidates: how often rows are in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.reranking.drawing.slots import (
    NO_ROWS,
    NO_VALUES,
    DrawParameters,
    fill_slots,
)
from headwater_server.models.splitmix import mix


@njit(cache=True)
def _of_list(draw, seed, slots):
    """Return the draw of one more list: with noise, rows of it that the seed selects decide."""
    epsilon, temperature, _, explore, noise, counted = draw
    if len(noise) == 0:
        return epsilon, temperature, seed, explore, noise, counted
    rows = np.empty((slots, noise.shape[1]))
    for slot in range(slots):
        rows[slot] = noise[mix(seed, slot) % np.uint64(len(noise))]
    return epsilon, temperature, seed, explore, rows, np.int64(0)


@njit(cache=True)
def _draw_lists(scores, pinned, groups, costs, inputs, draw, seeds, tracked, found):
    counts, sums, lengths = found
    n, slots = len(scores), len(pinned)
    slate = (
        np.zeros(slots, dtype=np.int64), np.zeros(slots), np.zeros(slots, dtype=np.bool_),
        np.zeros(slots, dtype=np.int64),
    )  # fmt: skip
    starts, of, room, rules = groups
    own, chances = np.zeros(len(tracked)), np.empty(n)
    for k in range(len(seeds)):
        own[:] = 0.0
        lengths[k], _ = fill_slots(
            scores, pinned.copy(), (starts, of, room.copy(), rules), costs, inputs,
            _of_list(draw, seeds[k], slots), (0, slots, False), slate,
            (NO_ROWS, tracked, own, chances, NO_VALUES, own),
        )  # fmt: skip
        for j in range(len(tracked)):
            counts[k, j] = tracked[j] >= 0 and (slate[0][: lengths[k]] == tracked[j]).any()
            sums[k, j] = own[j]


def draw_of_list(draw: DrawParameters, seed: np.uint64, slots: int) -> DrawParameters:
    """Return the parameters of the list with this seed, as `draw_lists` uses them."""
    of_list = DrawParameters(*_of_list(tuple(draw), seed, slots))
    # a kernel returns a number of Python, and takes one as int64: half the seeds are too large
    return of_list._replace(seed=np.uint64(of_list.seed))


def draw_lists(
    scores: NDArray[np.float64],
    pinned: NDArray[np.int64],
    groups: tuple[Any, ...],
    costs: tuple[float, float],
    inputs: tuple[Any, ...],
    draw: DrawParameters,
    seeds: NDArray[np.uint64],
    tracked: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Draw a list from each seed, as `slots.fill` does; return three arrays by list.

    Whether it has each of the rows ``tracked`` (-1: never), the sum of the row's chances over the
    slots until it is drawn (of Thompson sampling 0), and how many slots are filled. The first two
    have the same mean.
    """
    counts, sums = np.zeros((len(seeds), len(tracked))), np.zeros((len(seeds), len(tracked)))
    lengths = np.zeros(len(seeds), dtype=np.int64)
    args = scores, pinned, groups, costs, inputs, tuple(draw), seeds, tracked
    _draw_lists(*args, (counts, sums, lengths))
    return counts, sums, lengths
