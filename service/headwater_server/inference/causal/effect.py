"""An effect with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import t as student

from headwater_server.inference.checks import confidence
from headwater_server.inference.interval import Interval

TINY = 1e-12
"""Rounding: sums of rows that cancel leave so much."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference of mean outcomes, and how sure it is.

    Parameters
    ----------
    value
        The estimate, in the outcome's unit by row.
    standard_error
        Robust to rows of one visitor that go together.
    clusters
        How many visitors the rows are of; Student's t has one degree of freedom less.

    >>> effect = Effect(0.02, 0.005, 100)
    >>> effect.interval(0.95).low > 0.0, effect.is_off_zero(0.99)
    (True, True)
    >>> Effect(0.0, 0.0, 9).is_off_zero(0.99)
    False
    """

    value: float
    standard_error: float
    clusters: int

    def interval(self, level: float) -> Interval:
        """Return the interval of a level from 0 to 1."""
        freedom = max(1, self.clusters - 1)
        reach = float(student.ppf(1.0 - confidence(level) / 2.0, freedom)) * self.standard_error
        return Interval(self.value - reach, self.value + reach, level)

    def is_off_zero(self, level: float) -> bool:
        """Return whether the interval leaves 0 out; what is not finite is off zero, too."""
        if abs(self.value) < TINY:
            return False
        if not (math.isfinite(self.value) and math.isfinite(self.standard_error)):
            return True
        found = self.interval(level)
        return found.low > 0.0 or found.high < 0.0
