"""The base of models of pairs: counts that decay without a visit to each of them."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.models.base import ItemModel

_RENORMAL = 64.0
"""Half-lives until all counts are scaled down: a float32 has room for 2^64 times the rest."""


@njit(cache=True)
def weight_after(count, pace):
    """Return what an addition is multiplied by after ``count`` steps: 2^((count - origin) / h).

    The 2 is handed in: the compiler makes another function of a power of the constant 2, whose last
    digit differs now and then.
    """
    two, origin, half_life = pace
    return two ** ((count - origin) / half_life)


class FadingModel(ItemModel):
    """Counts that fade by half in ``half_life`` steps.

    An addition is multiplied by 2^(step / half_life) and divided by the same on reading; before
    that overflows, everything is divided by 2^64, which is exact.
    """

    half_life: float
    row_max: int
    seed: int
    _pairs: Any  # `Neighbours`
    _pairs_slots: int
    """How many slots of the pairs one interaction takes at most."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._origin = 0.0

    @property
    def _weight(self) -> float:
        return float(2.0 ** ((self._count - self._origin) / self.half_life))

    @property
    def draws(self) -> tuple[int, int, int]:
        """What decides which neighbour of a full row is replaced: (room of a row, seed, count)."""
        return self.row_max, self.seed, self._count

    @property
    def constants(self) -> tuple[float, int, int, float, int]:
        """What never changes: (2.0, room of a row, seed, half-life, slots an interaction needs)."""
        return 2.0, self.row_max, self.seed, self.half_life, self._pairs_slots

    @property
    def steps(self) -> int:
        """Steps counted so far."""
        return self._count

    @property
    def origin(self) -> float:
        """The step at which an addition counts 1."""
        return self._origin

    @property
    def lacks_room(self) -> bool:
        """Whether one interaction may add more pairs than there is room for."""
        return bool(self._pairs.lacks(self._pairs_slots))

    def making_room(self) -> Generator[None, None, None]:
        """Make room for the pairs of one interaction, in steps."""
        yield from self._pairs.making_room(self._pairs_slots)

    def _make_room_for_pairs(self) -> None:
        if self.lacks_room:
            for _ in self.making_room():
                pass

    def fade(self, times: float) -> None:
        """Divide the weight of all additions so far by ``times``."""
        self._origin -= math.log2(times) * self.half_life

    @property
    def steps_left(self) -> int:
        """The number of steps of which only the last may scale everything down."""
        left = math.floor(_RENORMAL * self.half_life - (self._count - self._origin))
        return max(1, left + 1)

    def _step(self, *stored: NDArray[Any], steps: int = 1) -> None:
        """Count ``steps``; ``stored`` are all arrays that hold weighted additions."""
        self._count += steps
        if self._count - self._origin > _RENORMAL * self.half_life:
            for values in stored:
                # a power of two changes the exponent only, so no digit is lost
                np.multiply(values, np.float32(2.0**-_RENORMAL), out=values)
            self._origin += _RENORMAL * self.half_life
