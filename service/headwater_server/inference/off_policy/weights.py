"""Importance weights, and how many rows they are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, at_least, column, within


def importance_weights(chances: ArrayLike, propensities: ArrayLike) -> Floats:
    r"""Return w = pi(a | x) / p(a | x), how much more often the target policy shows each item.

    Parameters
    ----------
    chances
        pi: the chance that the target policy shows the item which the row shows, from 0 to 1.
    propensities
        p: the chance with which the item was shown, above 0, as logged.

    Assumptions: p is the true chance, and the target shows nothing that had no chance (support).
    A sum over rows cannot show a missing support; `Overlap` shows when the weights are too few.

    Examples
    --------
    >>> importance_weights([0.5, 0.1], [0.25, 0.2]).tolist()
    [2.0, 0.5]

    Source: D. Horvitz, D. Thompson, "A generalization of sampling without replacement from a
    finite universe", JASA 47, 1952.
    """
    wanted = column("chances", chances)
    logged = column("propensities", propensities, len(wanted))
    within("chances", wanted, 0.0, 1.0)
    within("propensities", logged, 0.0, 1.0)
    if (logged == 0.0).any():
        raise ValueError("propensities has a value of 0: what was shown had a chance")
    return np.asarray(wanted / logged)


def effective_sample_size(weights: ArrayLike) -> float:
    r"""Return Kish's effective sample size, n = (sum w)^2 / sum w^2.

    A weighted mean is about as exact as the plain mean of so many rows, if the weights say
    nothing about the rewards. It is 0 if all weights are 0.

    Examples
    --------
    >>> effective_sample_size([1.0, 1.0, 1.0, 1.0])
    4.0
    >>> round(effective_sample_size([100.0, 1.0, 1.0, 1.0]), 3)
    1.061

    Source: L. Kish, "Survey sampling", 1965; for off-policy weights: A. Owen, "Monte Carlo
    theory, methods and examples", 2013, section 9.3.
    """
    given = column("weights", weights)
    at_least("weights", given, 0.0)
    largest = given.max()
    if largest == 0.0:
        return 0.0
    scaled = given / largest  # squares of large weights would overflow
    return float(scaled.sum() ** 2 / (scaled**2).sum())
