"""What each profile did before: faded sums of rewards and of purchases, 8 bytes a profile.

A sum loses half in `HALF_LIFE_DAYS`. Instead of all sums that become smaller, what is added becomes
larger, so nothing has to be known of a profile's last act.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.base import CAPACITY_START, growing

HALF_LIFE_DAYS = 14.0
_HALF_LIFE_MS = HALF_LIFE_DAYS * 86_400_000.0
_SCALE_MAX = 32.0
"""Half-lives after which all sums are made smaller: long before float32 ends."""
LARGEST = 1e30


class PastSums:
    """Two faded sums by row.

    >>> past = PastSums()
    >>> past.add(3, reward=1.0, purchases=0.0, now_ms=0)
    >>> past.of([3, -1], now_ms=round(_HALF_LIFE_MS))
    (0.5, 0.0)
    """

    def __init__(self) -> None:
        self._begin_ms = 0
        self._set(np.zeros((CAPACITY_START, 2), np.float32))

    def _set(self, sums: NDArray[np.float32]) -> None:
        self._sums = sums
        self._flat = floats_of(sums)

    def reserving(self, rows: int) -> Generator[None, None, None]:
        """Make room for rows below ``rows``, in steps between which it may be read."""
        self._set((yield from growing(self._sums, rows)))

    def add(self, row: int, reward: float, purchases: float, now_ms: int) -> None:
        """Add to a profile's sums."""
        if not (reward or purchases):
            return
        age = (now_ms - self._begin_ms) / _HALF_LIFE_MS
        if age > _SCALE_MAX:
            age = self._rebased(now_ms)
        scale, place = 2.0**age, 2 * row
        self._flat[place] = bounded(self._flat[place] + reward * scale)
        if purchases:
            self._flat[place + 1] = bounded(self._flat[place + 1] + purchases * scale)

    def fits(self, now_ms: int) -> bool:
        """Whether `add` need not make all sums smaller first."""
        return (now_ms - self._begin_ms) / _HALF_LIFE_MS <= _SCALE_MAX

    @property
    def added(self) -> tuple[NDArray[np.float32], float, float]:
        """What a kernel adds to: (sums, when they began, half-life), both in milliseconds."""
        return self._sums, float(self._begin_ms), _HALF_LIFE_MS

    def _rebased(self, now_ms: int) -> float:
        halves = int((now_ms - self._begin_ms) / _HALF_LIFE_MS)
        self._begin_ms += round(halves * _HALF_LIFE_MS)
        self._sums *= np.float32(0.5 ** min(halves, 149))
        return (now_ms - self._begin_ms) / _HALF_LIFE_MS

    def of(self, rows: Iterable[int], now_ms: int) -> tuple[float, float]:
        """Return rewards and purchases of several rows together, -1 is none, as of now."""
        scale = 2.0 ** min(_SCALE_MAX, (self._begin_ms - now_ms) / _HALF_LIFE_MS)
        reward = purchases = 0.0
        for row in rows:
            if row >= 0:
                reward += self._flat[2 * row]
                purchases += self._flat[2 * row + 1]
        return reward * scale, purchases * scale

    def clear(self, row: int) -> None:
        """Forget a profile's sums."""
        self._flat[2 * row] = self._flat[2 * row + 1] = 0.0

    def state(self, used: int) -> dict[str, Any]:
        """Return the sums of the first rows, and what their scale is."""
        return {"begin_ms": self._begin_ms, "sums": self._sums[:used]}

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._begin_ms = state["begin_ms"]
        self._set(state["sums"])


def floats_of(array: NDArray[np.float32]) -> memoryview[float]:
    """Return a view whose elements are read and written three times as fast as an array's."""
    return memoryview(array.reshape(-1))  # type: ignore[arg-type]  # a view of floats gives floats


def whole_of(array: NDArray[np.uint32] | NDArray[np.uint8]) -> memoryview[int]:
    """Return the same of whole numbers."""
    return memoryview(array)  # type: ignore[arg-type]  # a view of integers gives integers


def bounded(value: float) -> float:
    """Return a sum that fits: beyond the largest it counts as that, since float32 ends soon after.

    >>> bounded(1.5), bounded(-1e38)
    (1.5, -1e+30)
    """
    return min(LARGEST, max(-LARGEST, value))
