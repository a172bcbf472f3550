"""The interval of a mean over a long series, from sums of blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from headwater_server.inference.checks import at_least, column, confidence
from headwater_server.inference.interval import Interval

BLOCKS_MIN = 10


def interval_of_blocks(sums: ArrayLike, counts: ArrayLike, level: float = 0.95) -> Interval | None:
    r"""Return the interval of a mean of observations that depend on those before them.

    .. math:: \hat m = \frac{\sum_b s_b}{\sum_b n_b}, \qquad
        \hat\sigma^2 = \frac{B}{B-1} \frac{\sum_b (s_b - \hat m n_b)^2}{(\sum_b n_b)^2}, \qquad
        \hat m \pm t_{B-1} \hat\sigma

    s_b and n_b are the sum and number of the observations of block b, B is the number of blocks.

    Parameters
    ----------
    sums
        The sum of each block; of two models, the sum of the differences of their observations.
    counts
        How many observations a block has.

    Assumptions: blocks are so long that they hardly depend on each other, and about as good at the
    end as at the beginning. It says nothing (None) with fewer than `BLOCKS_MIN` blocks.

    Examples
    --------
    >>> interval = interval_of_blocks([40.0, 60.0] * 10, [100] * 20)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.452, 0.548)
    >>> interval_of_blocks([40.0, 60.0], [100, 100])

    Source: P. Glynn, D. Iglehart, "Simulation output analysis using standardized time series",
    Mathematics of Operations Research 15, 1990 (batch means); W. Cochran, "Sampling Techniques",
    1977, chapter 6 (the ratio of two sums).
    """
    tail = confidence(level) / 2.0
    if np.size(counts) < BLOCKS_MIN:
        return None
    sizes = column("counts", counts)
    totals = column("sums", sums, len(sizes))
    at_least("counts", sizes, 1.0)
    whole = float(sizes.sum())
    mean = float(totals.sum()) / whole
    blocks = len(sizes)
    spread = np.sqrt(blocks / (blocks - 1) * ((totals - mean * sizes) ** 2).sum()) / whole
    half = float(stdtrit(blocks - 1, 1.0 - tail)) * float(spread)
    return Interval(mean - half, mean + half, level)
