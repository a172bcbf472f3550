"""What models of pairs share: every addition fades, without any other being visited."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.base import ItemModel

_RENORMAL = 64.0


class FadingModel(ItemModel):
    """Counts that fade by half in ``half_life`` steps.

    An addition is multiplied by 2^(step / half_life) and divided by the same on reading; before
    that overflows, everything is divided by 2^64, which is exact.
    """

    half_life: float

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._origin = 0.0

    @property
    def _weight(self) -> float:
        return float(2.0 ** ((self._count - self._origin) / self.half_life))

    def fade(self, times: float) -> None:
        """Let all that was added so far count ``times`` less."""
        self._origin -= math.log2(times) * self.half_life

    def _step(self, *stored: NDArray[Any]) -> None:
        """One step is over; ``stored`` is all that holds weighted additions."""
        self._count += 1
        if self._count - self._origin > _RENORMAL * self.half_life:
            for values in stored:
                np.multiply(values, np.float32(2.0**-_RENORMAL), out=values)
            self._origin += _RENORMAL * self.half_life
