"""An interval with its level."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """The ends of an interval that covers the truth with the probability ``level``.

    An end may be infinite: nothing is known on that side.

    >>> interval = Interval(0.1, 0.3, 0.95)
    >>> 0.2 in interval, 0.4 in interval, round(interval.width, 12)
    (True, False, 0.2)
    """

    low: float
    high: float
    level: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        """Return high - low."""
        return self.high - self.low
