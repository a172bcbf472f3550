"""Between which values a rate lies."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from headwater_server.inference.checks import Floats, column, confidence


def credible(a: ArrayLike, b: ArrayLike, level: float = 0.9) -> tuple[Floats, Floats]:
    """Return low and high of each Beta(a, b): the rate lies between them with this probability.

    Examples
    --------
    >>> [part.round(3).tolist() for part in credible([7.0], [143.0])]
    [[0.022], [0.078]]
    """
    tail = confidence(level) / 2.0
    first = column("a", a)
    second = column("b", b, len(first))
    ends = betaincinv(first, second, tail), betaincinv(first, second, 1.0 - tail)
    return np.asarray(ends[0]), np.asarray(ends[1])
