r"""Slots under rules: each gives the allowed items and their scores, given the slots before.

The kernel below is `plackett_luce.draw_slate`, except that an item's score, and whether it is
allowed, depend on the slots before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.exploration import thompson
from headwater_server.engine.reranking.drawing.allowed import (
    LEFT,
    PLACED,
    all_bars,
    barred_by,
    next_pin,
    reserve,
    take_room,
)
from headwater_server.engine.reranking.similarity import update_similarities
from headwater_server.models.splitmix import uniform

_pick, best_left = thompson.pick, thompson.best_left
NO_NOISE = np.zeros((0, 0))


@njit(cache=True)
def _weigh(scores, costs, overlaps, similarities, status, groups, values, bars):
    """Write the current score of each remaining item; return (allowed, highest, best row)."""
    allowed, top, best = 0, -np.inf, -1
    for i in range(len(scores)):
        if status[i] != LEFT:
            continue
        values[i] = scores[i] - costs[0] * overlaps[i] - costs[1] * similarities[i]
        bars[i] = barred_by(i, groups)
        if bars[i] == 0:
            allowed += 1
            if values[i] > top:
                top, best = values[i], i
    return allowed, top, best


@njit(cache=True)
def _soften(values, status, bars, weights, top, temperature):
    """Write the weight of each allowed item; return their sum."""
    total = 0.0
    for i in range(len(values)):
        if status[i] == LEFT and bars[i] == 0:
            weights[i] = np.exp((values[i] - top) / temperature)
            total += weights[i]
    return total


@njit(cache=True)
def _drawn(status, bars, weights, total, allowed, epsilon, draw):
    """Return (row, its propensity): softmax mixed with the uniform, over the allowed."""
    # The pick is set before the comparison: where rounding leaves the sum of the chances just
    # below the draw, the last allowed item is taken, and its propensity is its own.
    pick, passed, chance = -1, 0.0, 0.0
    for i in range(len(weights)):
        if status[i] == LEFT and bars[i] == 0:
            pick, chance = i, (1.0 - epsilon) * weights[i] / total + epsilon / allowed
            passed += chance
            if draw < passed:
                break
    return pick, chance


@njit(cache=True)
def _movers(pick, scores, values, status, bars, overtaken):
    """Return (whether variety moved ``pick``, up now or down before; the caps that lifted it).

    A cap lifts it past a better one that the cap excludes; variety past one with a higher cost.
    """
    varied, caps = overtaken[pick], np.int64(0)
    for i in range(len(scores)):
        if status[i] != LEFT or i == pick:
            continue
        if bars[i] != 0:
            if values[i] > values[pick]:
                caps |= bars[i]
        elif scores[i] > scores[pick] and values[i] < values[pick]:
            varied = overtaken[i] = True
    return varied, caps


@njit(cache=True)
def _count_best(values, noise, counted, left, chances):
    """Write the share of the last draws in which each candidate is the best of those left."""
    # never 0 for one that may be drawn, as `thompson.pick`
    chances[left] = 1.0 / (counted + 1.0)
    counts = np.zeros(len(values))
    for row in range(len(noise) - counted, len(noise)):
        counts[best_left(values, noise[row], left)] += 1.0
    for i in range(len(values)):
        if counts[i] > 0.0:
            chances[i] = counts[i] / counted


@njit(cache=True)
def _write_chances(slot, pick, values, status, bars, weights, totals, draw, given):
    """Write the chance of each candidate to get this slot, and what ``given`` asks of them.

    ``pick`` is a pin or -1, ``totals`` (allowed, best row, sum of weights).
    """
    allowed, best, total = totals
    epsilon, _, _, explore, noise, counted = draw
    _, tracked, sums, chances, worth, means = given
    chances[:] = 0.0
    if pick >= 0:
        chances[pick] = 1.0
    elif len(noise) > 0:
        if counted > 0:
            _count_best(values, noise, counted, (status == LEFT) & (bars == 0), chances)
    elif explore:
        for i in range(len(values)):
            if status[i] == LEFT and bars[i] == 0:
                chances[i] = (1.0 - epsilon) * weights[i] / total + epsilon / allowed
    else:
        chances[best] = 1.0
    for j in range(len(tracked)):
        if tracked[j] >= 0:
            sums[j] += chances[tracked[j]]
    if slot < len(worth):
        means[slot] = 0.0
        for i in range(worth.shape[1]):  # not over candidates that are added
            means[slot] += chances[i] * worth[slot, i]


@njit(cache=True)
def _choose(slot, values, status, bars, weights, totals, draw):
    """Return (row, its propensity) of a slot without a pin."""
    allowed, best, total = totals
    epsilon, _, seed, explore, noise, counted = draw
    if len(noise) > 0:
        left = (status == LEFT) & (bars == 0)
        return _pick(values, noise, slot, len(noise) - counted, left)
    if explore:
        return _drawn(status, bars, weights, total, allowed, epsilon, uniform(seed, slot))
    return best, 1.0


@njit(cache=True)
def fill_slots(scores, pinned, groups, costs, inputs, draw, span, slate, given):
    """Fill the slots as `fill` says; ``span`` (first, end, closing).

    ``given``: rows of slots that are taken instead of drawn (-1: no candidate), rows whose chances
    are summed, their sums, room for the chances of all candidates (empty if nobody asks), values
    of the first candidates by slot, and the means of what may be drawn there.
    """
    chosen, propensities, varied, caps = slate
    (first, end, closing), (taken, _, _, chances, _, _) = span, given
    n, diverse = len(scores), costs[0] > 0.0 or costs[1] > 0.0
    status = np.zeros(n, dtype=np.int8)
    overlaps, similarities, values = np.zeros(n), np.zeros(n), np.zeros(n)
    weights, total = np.zeros(n), 0.0
    bars, overtaken = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    reserve(pinned, status, groups)
    for slot in range(end):
        if slot < first:
            # filled by an earlier call: placed again, so that room and similarities are up to date
            pick = chosen[slot]
        else:
            allowed, top, best = _weigh(
                scores, costs, overlaps, similarities, status, groups, values, bars
            )
            pick = next_pin(pinned, slot, status, closing and allowed == 0)
            varied[slot], caps[slot], propensities[slot] = False, 0, 1.0
            if pick < 0:
                if allowed == 0:
                    return slot, all_bars(status, bars)
                if draw[3] and len(draw[4]) == 0:
                    total = _soften(values, status, bars, weights, top, draw[1])
            arrays, totals = (values, status, bars, weights), (allowed, best, total)
            if len(chances) > 0:
                _write_chances(slot, pick, *arrays, totals, draw, given)
            if slot < len(taken):
                pick = taken[slot]
                propensities[slot] = chances[pick] if pick >= 0 else 0.0
            elif pick < 0:
                pick, propensities[slot] = _choose(slot, *arrays, totals, draw)
                varied[slot], caps[slot] = _movers(pick, scores, values, status, bars, overtaken)
            chosen[slot] = pick
        if pick < 0:
            continue
        if status[pick] == LEFT:
            take_room(pick, groups)
        status[pick] = PLACED
        if diverse and slot + 1 < len(chosen):
            update_similarities(pick, inputs, status, overlaps, similarities)
    return end, np.int64(0)


class DrawParameters(NamedTuple):
    """The parameters of a draw; ``explore`` off: the best allowed item, propensity 1.

    With ``noise`` (`thompson.noise_of`) by Thompson sampling; propensities are estimated from its
    last ``counted`` rows.
    """

    epsilon: float
    temperature: float
    seed: np.uint64
    explore: bool
    noise: NDArray[np.float64] = NO_NOISE
    counted: int = thompson.DRAWS


class Slots(NamedTuple):
    """Filled slots: rows, propensities, whether variety moved each, the caps that lifted it."""

    chosen: NDArray[np.int64]
    propensities: NDArray[np.float64]
    varied: NDArray[np.bool_]
    caps: NDArray[np.int64]

    @classmethod
    def empty(cls, count: int) -> Slots:
        """Return ``count`` empty slots for `fill`."""
        whole, flags = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
        return cls(whole, np.zeros(count), flags, whole.copy())

    def cut(self, count: int) -> Slots:
        """Return the first ``count`` slots."""
        return Slots(
            self.chosen[:count], self.propensities[:count], self.varied[:count], self.caps[:count]
        )


NO_ROWS = np.zeros(0, dtype=np.int64)
NO_VALUES, _NOTHING = np.zeros((0, 0)), np.zeros(0)
NOTHING_GIVEN = NO_ROWS, NO_ROWS, _NOTHING, _NOTHING, NO_VALUES, _NOTHING


def fill(
    scores: NDArray[np.float64],
    pinned: NDArray[np.int64],
    groups: tuple[Any, ...],
    costs: tuple[float, float],
    inputs: tuple[Any, ...],
    draw: DrawParameters,
    slots: Slots,
    given: tuple[Any, ...] = NOTHING_GIVEN,
    *,
    first: int = 0,
    end: int = -1,
    closing: bool = False,
) -> tuple[int, int]:
    """Fill ``slots`` from ``first`` on; return the count, and the caps that exclude the rest.

    Slot by slot, of the remaining items that no cap excludes and that are not pinned elsewhere,
    item i is drawn with the propensity

    (1 - epsilon) exp(v_i / temperature) / sum_j exp(v_j / temperature) + epsilon / allowed

    where v is the score minus the cost of variety (`levels`). A pinned item has propensity 1. It
    stops when nothing is allowed; then ``closing`` moves later pins up. ``groups`` are
    `Groups.arrays`; the call changes their room, so each call needs new ones. ``given`` as in
    `fill_slots`: the propensities are then the chances of the rows that are taken, given those
    before.
    """
    span = first, len(slots.chosen) if end < 0 else end, closing
    args = (scores, pinned.copy(), groups, costs, inputs, tuple(draw), span)
    count, bars = fill_slots(*args, tuple(slots), given)
    return int(count), int(bars)
