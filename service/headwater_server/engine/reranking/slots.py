r"""Slots under rules: each gives the allowed items and their scores, given the slots before.

The kernel below is `exploration.draw_slate` where an item's score, and whether it is allowed,
depend on what stands in the slots before.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.exploration import thompson
from headwater_server.engine.reranking.similarity import note
from headwater_server.models.splitmix import uniform

_LEFT, _RESERVED, _PLACED = 0, 1, 2
_DRAWS, _pick = thompson.DRAWS, thompson.pick
NO_NOISE = np.zeros((0, 0))


@njit(cache=True)
def barred_by(row, groups):
    """Return the caps that leave no room for ``row``, a bit for each; 0: it is allowed."""
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
def reserve(pinned, standing, groups):
    """Keep pinned items out of all other slots, with their room; a cap unpins the later one."""
    for slot in range(len(pinned)):
        row = pinned[slot]
        if row < 0:
            continue
        if barred_by(row, groups) != 0:
            pinned[slot] = -1
            continue
        standing[row] = _RESERVED
        _take_room(row, groups)


@njit(cache=True)
def _next_pin(pinned, slot, standing, closing):
    """Return what is pinned at ``slot``; ``closing``: or at the first later one."""
    if not closing:
        return pinned[slot]
    for later in range(len(pinned)):
        if pinned[later] >= 0 and standing[pinned[later]] == _RESERVED:
            return pinned[later]
    return -1


@njit(cache=True)
def _weigh(scores, costs, crowd, like, standing, groups, values, bars):
    """Write each left item's score here and now; return (allowed, the highest, the best row)."""
    allowed, top, best = 0, -np.inf, -1
    for i in range(len(scores)):
        if standing[i] != _LEFT:
            continue
        values[i] = scores[i] - costs[0] * crowd[i] - costs[1] * like[i]
        bars[i] = barred_by(i, groups)
        if bars[i] == 0:
            allowed += 1
            if values[i] > top:
                top, best = values[i], i
    return allowed, top, best


@njit(cache=True)
def _drawn(values, standing, bars, weights, allowed, top, epsilon, temperature, draw):
    """Return (row, its propensity): softmax mixed with the uniform, over the allowed."""
    total = 0.0
    for i in range(len(values)):
        if standing[i] == _LEFT and bars[i] == 0:
            weights[i] = np.exp((values[i] - top) / temperature)
            total += weights[i]
    pick, passed, chance = -1, 0.0, 0.0
    for i in range(len(values)):
        if standing[i] == _LEFT and bars[i] == 0:
            pick, chance = i, (1.0 - epsilon) * weights[i] / total + epsilon / allowed
            passed += chance
            if draw < passed:
                break
    return pick, chance


@njit(cache=True)
def _all_bars(standing, bars):
    """Return the caps that bar any item that is left."""
    found = np.int64(0)
    for i in range(len(bars)):
        if standing[i] == _LEFT:
            found |= bars[i]
    return found


@njit(cache=True)
def _movers(pick, scores, values, standing, bars, overtaken):
    """Return (whether variety moved ``pick``, up now or down before; the caps that lifted it).

    A cap lifts it past a better one that is barred, and variety past one that costs more now.
    """
    varied, caps = overtaken[pick], np.int64(0)
    for i in range(len(scores)):
        if standing[i] != _LEFT or i == pick:
            continue
        if bars[i] != 0:
            if values[i] > values[pick]:
                caps |= bars[i]
        elif scores[i] > scores[pick] and values[i] < values[pick]:
            varied = overtaken[i] = True
    return varied, caps


@njit(cache=True)
def _fill(scores, pinned, groups, costs, kin, chance, first, closing, slate):
    """Fill the slots from ``first`` on; return up to which, and the caps that bar what is left."""
    chosen, propensities, varied, caps = slate
    epsilon, temperature, seed, explore, noise = chance
    n, diverse = len(scores), costs[0] > 0.0 or costs[1] > 0.0
    standing = np.zeros(n, dtype=np.int8)
    crowd, like, values = np.zeros(n), np.zeros(n), np.zeros(n)
    weights = np.zeros(n)
    bars, overtaken = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    reserve(pinned, standing, groups)
    for slot in range(len(chosen)):
        if slot < first:
            pick = chosen[slot]
        else:
            allowed, top, best = _weigh(scores, costs, crowd, like, standing, groups, values, bars)
            pick = _next_pin(pinned, slot, standing, closing and allowed == 0)
            varied[slot], caps[slot], propensities[slot] = False, 0, 1.0
            if pick < 0:
                if allowed == 0:
                    return slot, _all_bars(standing, bars)
                pick = best
                if len(noise) > 0:
                    left, deciding = (standing == _LEFT) & (bars == 0), len(noise) - _DRAWS
                    pick, propensities[slot] = _pick(values, noise, slot, deciding, left)
                elif explore:
                    pick, propensities[slot] = _drawn(
                        values, standing, bars, weights, allowed, top, epsilon, temperature,
                        uniform(seed, slot),
                    )  # fmt: skip
                varied[slot], caps[slot] = _movers(pick, scores, values, standing, bars, overtaken)
            chosen[slot] = pick
        if standing[pick] == _LEFT:
            _take_room(pick, groups)
        standing[pick] = _PLACED
        if diverse and slot + 1 < len(chosen):
            note(pick, kin, standing, crowd, like)
    return len(chosen), np.int64(0)


class Chance(NamedTuple):
    """How slots are drawn; ``explore`` off: the best allowed item, propensity 1.

    With ``noise`` (`thompson.noise_of`) by Thompson sampling, propensities estimated.
    """

    epsilon: float
    temperature: float
    seed: np.uint64
    explore: bool
    noise: NDArray[np.float64] = NO_NOISE


class Slots(NamedTuple):
    """Filled slots: rows, propensities, whether variety moved each, the caps that let it rise."""

    chosen: NDArray[np.int64]
    propensities: NDArray[np.float64]
    varied: NDArray[np.bool_]
    caps: NDArray[np.int64]

    @classmethod
    def empty(cls, count: int) -> Slots:
        """Return ``count`` slots that wait for `fill`."""
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
    kin: tuple[Any, ...],
    chance: Chance,
    slots: Slots,
    *,
    first: int = 0,
    closing: bool = False,
) -> tuple[int, int]:
    """Fill ``slots`` from ``first`` on; return how many are, and the caps that bar what is left.

    Slot by slot, of the items that are left, that no cap bars and that are not pinned
    elsewhere, item i is drawn with the propensity

    (1 - epsilon) exp(v_i / temperature) / sum_j exp(v_j / temperature) + epsilon / allowed

    where v is the score minus what variety costs (`levels`). A pinned item is put there with
    propensity 1. It stops where nothing is allowed; ``closing`` lets later pins move up there.
    ``groups`` are `Groups.arrays`; their room is used up, so each call takes new ones.
    """
    args = (scores, pinned.copy(), groups, costs, kin, tuple(chance), first, closing)
    count, bars = _fill(*args, tuple(slots))
    return int(count), int(bars)
