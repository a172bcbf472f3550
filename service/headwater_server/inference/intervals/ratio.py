"""The interval of the ratio of two means on the same rows, by drawing visitors again."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import confidence, number
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.bootstrap import drawn_ratios
from headwater_server.inference.intervals.visitors import sums_by_visitor


def ratio_bootstrap(
    top: ArrayLike,
    bottom: ArrayLike,
    visitors: ArrayLike,
    level: float = 0.95,
    draws: int = 2_000,
    seed: int = 0,
) -> Interval:
    r"""Return the interval of how many times the mean of ``top`` is that of ``bottom``.

    .. math:: R^* = \frac{\sum_v c_v T_v}{\sum_v c_v B_v}, \qquad
        c \sim \text{Multinomial}(V;\, 1/V)

    T_v and B_v are sums over the rows of one visitor. Both are drawn together, since both were
    measured on the same rows. A draw in which ``bottom`` is 0 counts as infinite.

    Parameters
    ----------
    top, bottom
        Figures of at least 0, one for each row.
    visitors
        Who each row belongs to: ids or numbers.
    draws, seed
        The same seed gives the same interval, whatever the machine.

    Assumptions: visitors do not depend on each other, and are many (100 at least).

    Examples
    --------
    >>> top, bottom = [1.0, 1.0, 0.0, 1.0] * 100, [1.0, 0.0, 0.0, 1.0] * 100
    >>> interval = ratio_bootstrap(top, bottom, np.arange(400))
    >>> 1.5 in interval, 1.0 in interval
    (True, False)

    Source: B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7,
    1979.
    """
    tail = confidence(level) / 2.0
    count = int(number("draws", draws, 10))
    tops, _ = sums_by_visitor(top, visitors)
    bottoms, _ = sums_by_visitor(bottom, visitors)
    ratios = drawn_ratios(tops, bottoms, count, seed)
    low, high = np.quantile(ratios, [tail, 1.0 - tail], method="inverted_cdf")
    return Interval(float(low), float(high), level)
