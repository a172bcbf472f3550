"""Limits calls per second: a token bucket that fills with time and is emptied by calls."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from headwater_server.errors import Overloaded

BURST_S = 1.0  # unused calls are kept this long, so that a page's calls may come together


class Rate:
    """At most ``per_second`` calls a second on average, and one second's worth of them at once.

    >>> ticks = iter([0.0, 0.0, 0.0, 0.0, 0.5])
    >>> rate = Rate(2, clock=lambda: next(ticks))
    >>> rate.take(), rate.take()
    (None, None)
    >>> rate.take()
    Traceback (most recent call last):
    ...
    headwater_server.errors.Overloaded: more than 2 calls a second; try again in 500 ms
    >>> rate.take()
    """

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with a full bucket."""
        self._per_second = self.per_second = per_second
        self._most = max(1.0, per_second * BURST_S)
        self._clock = clock
        self._left = self._most
        self._at_s = clock()

    def take(self, source: str = "") -> None:  # noqa: ARG002 - `SharedRate` divides by it
        """Take one call out; if there is none, raise `Overloaded` with the time to wait."""
        self._fill()
        if self._left < 1.0:
            wait_ms = math.ceil(1000 * (1.0 - self._left) / self._per_second)
            raise Overloaded(wait_ms, f"more than {self._per_second:g} calls a second")
        self._left -= 1.0

    def _fill(self) -> float:
        """Add what the time since the last call earned; return the time now."""
        now_s = self._clock()
        self._left = min(self._most, self._left + (now_s - self._at_s) * self._per_second)
        self._at_s = now_s
        return now_s
