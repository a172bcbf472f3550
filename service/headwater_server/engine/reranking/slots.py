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
from headwater_server.engine.reranking.similarity import update_similarities
from headwater_server.models.splitmix import uniform

_LEFT, _RESERVED, _PLACED = 0, 1, 2
_DRAWS, _pick = thompson.DRAWS, thompson.pick
NO_NOISE = np.zeros((0, 0))


@njit(cache=True)
def barred_by(row, groups):
    """Return the caps that leave no room for ``row``, a bit for each; 0: it is allowed."""
    # at most 60 caps (`rules.CAPS_MAX`), so that their bits fit into an int64
    starts, of, room, rules = groups
    bits = np.int64(0)
    for k in range(starts[row], starts[row + 1]):
        if room[of[k]] <= 0:
            bits |= np.int64(1) << rules[of[k]]
    return bits


@njit(cache=True)
def _take_room(row, groups):
    starts, of, room, _ = groups
    for k in range(starts[row], starts[row + 1]):
        room[of[k]] -= 1


@njit(cache=True)
def reserve(pinned, status, groups):
    """Keep pinned items and their room out of the draws; a cap that is full removes a pin."""
    # before any slot is drawn: a drawn item must not take the room of a later pin
    for slot in range(len(pinned)):
        row = pinned[slot]
        if row < 0:
            continue
        if barred_by(row, groups) != 0:
            pinned[slot] = -1
            continue
        status[row] = _RESERVED
        _take_room(row, groups)


@njit(cache=True)
def _next_pin(pinned, slot, status, closing):
    """Return the pin of ``slot``; with ``closing`` the first pin that is not placed yet."""
    if not closing:
        return pinned[slot]
    for later in range(len(pinned)):
        if pinned[later] >= 0 and status[pinned[later]] == _RESERVED:
            return pinned[later]
    return -1


@njit(cache=True)
def _weigh(scores, costs, overlaps, similarities, status, groups, values, bars):
    """Write the current score of each remaining item; return (allowed, highest, best row)."""
    allowed, top, best = 0, -np.inf, -1
    for i in range(len(scores)):
        if status[i] != _LEFT:
            continue
        values[i] = scores[i] - costs[0] * overlaps[i] - costs[1] * similarities[i]
        bars[i] = barred_by(i, groups)
        if bars[i] == 0:
            allowed += 1
            if values[i] > top:
                top, best = values[i], i
    return allowed, top, best


@njit(cache=True)
def _drawn(values, status, bars, weights, allowed, top, epsilon, temperature, draw):
    """Return (row, its propensity): softmax mixed with the uniform, over the allowed."""
    total = 0.0
    for i in range(len(values)):
        if status[i] == _LEFT and bars[i] == 0:
            weights[i] = np.exp((values[i] - top) / temperature)
            total += weights[i]
    # The pick is set before the comparison: where rounding leaves the sum of the chances just
    # below the draw, the last allowed item is taken, and its propensity is its own.
    pick, passed, chance = -1, 0.0, 0.0
    for i in range(len(values)):
        if status[i] == _LEFT and bars[i] == 0:
            pick, chance = i, (1.0 - epsilon) * weights[i] / total + epsilon / allowed
            passed += chance
            if draw < passed:
                break
    return pick, chance


@njit(cache=True)
def _all_bars(status, bars):
    """Return the caps that exclude any remaining item."""
    found = np.int64(0)
    for i in range(len(bars)):
        if status[i] == _LEFT:
            found |= bars[i]
    return found


@njit(cache=True)
def _movers(pick, scores, values, status, bars, overtaken):
    """Return (whether variety moved ``pick``, up now or down before; the caps that lifted it).

    A cap lifts it past a better one that the cap excludes; variety past one with a higher cost.
    """
    varied, caps = overtaken[pick], np.int64(0)
    for i in range(len(scores)):
        if status[i] != _LEFT or i == pick:
            continue
        if bars[i] != 0:
            if values[i] > values[pick]:
                caps |= bars[i]
        elif scores[i] > scores[pick] and values[i] < values[pick]:
            varied = overtaken[i] = True
    return varied, caps


@njit(cache=True)
def _fill(scores, pinned, groups, costs, inputs, draw, first, closing, slate):
    """Fill the slots from ``first`` on; return the count, and the caps that exclude the rest."""
    chosen, propensities, varied, caps = slate
    epsilon, temperature, seed, explore, noise = draw
    n, diverse = len(scores), costs[0] > 0.0 or costs[1] > 0.0
    status = np.zeros(n, dtype=np.int8)
    overlaps, similarities, values = np.zeros(n), np.zeros(n), np.zeros(n)
    weights = np.zeros(n)
    bars, overtaken = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    reserve(pinned, status, groups)
    for slot in range(len(chosen)):
        if slot < first:
            # filled by an earlier call: placed again, so that room and similarities are up to date
            pick = chosen[slot]
        else:
            allowed, top, best = _weigh(
                scores, costs, overlaps, similarities, status, groups, values, bars
            )
            pick = _next_pin(pinned, slot, status, closing and allowed == 0)
            varied[slot], caps[slot], propensities[slot] = False, 0, 1.0
            if pick < 0:
                if allowed == 0:
                    return slot, _all_bars(status, bars)
                pick = best
                if len(noise) > 0:
                    left, deciding = (status == _LEFT) & (bars == 0), len(noise) - _DRAWS
                    pick, propensities[slot] = _pick(values, noise, slot, deciding, left)
                elif explore:
                    pick, propensities[slot] = _drawn(
                        values, status, bars, weights, allowed, top, epsilon, temperature,
                        uniform(seed, slot),
                    )  # fmt: skip
                varied[slot], caps[slot] = _movers(pick, scores, values, status, bars, overtaken)
            chosen[slot] = pick
        if status[pick] == _LEFT:
            _take_room(pick, groups)
        status[pick] = _PLACED
        if diverse and slot + 1 < len(chosen):
            update_similarities(pick, inputs, status, overlaps, similarities)
    return len(chosen), np.int64(0)


class DrawParameters(NamedTuple):
    """The parameters of a draw; ``explore`` off: the best allowed item, propensity 1.

    With ``noise`` (`thompson.noise_of`) by Thompson sampling, propensities estimated.
    """

    epsilon: float
    temperature: float
    seed: np.uint64
    explore: bool
    noise: NDArray[np.float64] = NO_NOISE


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


def fill(
    scores: NDArray[np.float64],
    pinned: NDArray[np.int64],
    groups: tuple[Any, ...],
    costs: tuple[float, float],
    inputs: tuple[Any, ...],
    draw: DrawParameters,
    slots: Slots,
    *,
    first: int = 0,
    closing: bool = False,
) -> tuple[int, int]:
    """Fill ``slots`` from ``first`` on; return the count, and the caps that exclude the rest.

    Slot by slot, of the remaining items that no cap excludes and that are not pinned elsewhere,
    item i is drawn with the propensity

    (1 - epsilon) exp(v_i / temperature) / sum_j exp(v_j / temperature) + epsilon / allowed

    where v is the score minus the cost of variety (`levels`). A pinned item has propensity 1. It
    stops when nothing is allowed; then ``closing`` moves later pins up. ``groups`` are
    `Groups.arrays`; the call changes their room, so each call needs new ones.
    """
    args = (scores, pinned.copy(), groups, costs, inputs, tuple(draw), first, closing)
    count, bars = _fill(*args, tuple(slots))
    return int(count), int(bars)
