"""An arm of an experiment: how many visitors, and the mean and variance of their metric."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from headwater_server.inference.checks import column, number


@dataclass(frozen=True, slots=True)
class Arm:
    """The visitors of an arm, with the mean and the variance of a metric over them.

    Parameters
    ----------
    visitors
        How many visitors were exposed; the unit of all inference, whatever they did how often.
    mean, variance
        Of the metric of one visitor, over visitors; the variance divides by visitors - 1.

    Examples
    --------
    >>> Arm.of([1.0, 0.0, 2.0, 1.0])
    Arm(visitors=4, mean=1.0, variance=0.6666666666666666)
    >>> Arm.from_sums(4, 4.0, 6.0) == Arm.of([1.0, 0.0, 2.0, 1.0])
    True
    """

    visitors: int
    mean: float
    variance: float

    def __post_init__(self) -> None:
        number("visitors", self.visitors, 0)
        number("mean", self.mean)
        number("variance", self.variance, 0.0)

    @property
    def squared_error(self) -> float:
        """Return the variance of the mean; infinite below two visitors."""
        return self.variance / self.visitors if self.visitors > 1 else math.inf

    def error_beside(self, other: Arm) -> float:
        """Return the variance of the difference of two means; infinite if nothing is known of it.

        Two visitors who clicked beside two who did not have no variance: that is no certainty.

        >>> Arm(2, 1.0, 0.0).error_beside(Arm(2, 0.0, 0.0))
        inf
        """
        error = self.squared_error + other.squared_error
        return error if error > 0.0 else math.inf

    @classmethod
    def of(cls, values: ArrayLike) -> Arm:
        """Return the arm of these visitors: one value each."""
        each = column("values", values)
        return cls(len(each), float(each.mean()), float(each.var(ddof=1)) if len(each) > 1 else 0.0)

    @classmethod
    def from_sums(cls, visitors: int, total: float, squares: float) -> Arm:
        """Return the arm of the sum of all values and the sum of their squares."""
        if visitors == 0:
            return cls(0, 0.0, 0.0)
        mean = number("total", total) / visitors
        spread = max(0.0, number("squares", squares, 0.0) - visitors * mean**2)
        return cls(visitors, mean, spread / (visitors - 1) if visitors > 1 else 0.0)
