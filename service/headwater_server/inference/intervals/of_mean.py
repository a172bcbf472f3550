"""The interval of a mean, from sums alone."""

from __future__ import annotations

import math

from scipy.special import stdtrit

from headwater_server.inference.checks import confidence, number
from headwater_server.inference.interval import Interval


def interval_of_mean(total: float, squares: float, rows: int, level: float = 0.95) -> Interval:
    r"""Return Student's interval of the mean of ``rows`` values, of which these are the sums.

    .. math:: \bar x \pm t_{n-1}(1 - \alpha/2) \sqrt{\frac{\sum x^2 - n \bar x^2}{n (n - 1)}}

    Parameters
    ----------
    total, squares
        The sum of the values, and the sum of their squares.
    rows
        How many values there are, zeros included; with fewer than 2 nothing is known.

    Assumptions: rows that do not depend on each other, and so many of them that their mean is
    nearly normal. With few buyers of very different orders it is too narrow.

    Examples
    --------
    >>> interval = interval_of_mean(total=6.0, squares=14.0, rows=3)
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.484, 4.484)
    >>> interval_of_mean(5.0, 25.0, 1).width
    inf

    Source: "Student", "The probable error of a mean", Biometrika 6, 1908.
    """
    tail = confidence(level) / 2.0
    total, squares = number("total", total), number("squares", squares, 0.0)
    if rows < 2:
        return Interval(-math.inf, math.inf, level)
    mean = total / rows
    variance = max(0.0, squares - rows * mean * mean) / (rows - 1)
    reach = float(stdtrit(rows - 1, 1.0 - tail)) * math.sqrt(variance / rows)
    return Interval(mean - reach, mean + reach, level)
