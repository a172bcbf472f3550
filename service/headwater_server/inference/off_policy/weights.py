"""Importance weights, and how many rows they are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, at_least, column, within

STANDARD_ERRORS = 6.0


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


def mean_above_one(weights: ArrayLike) -> float | None:
    r"""Return the mean of importance weights where it is too high to be chance, else None.

    The mean of w = q / p over rows drawn with p is at most 1, whatever q is. Rows of a rare, large
    weight that were not drawn make it lower, never higher, so six standard errors above 1 mean
    that the propensities are not those of the policy that showed the rows.

    Examples
    --------
    >>> mean_above_one([2.0, 0.5] * 200), mean_above_one([0.5, 1.5] * 200)
    (1.25, None)
    """
    given = column("weights", weights)
    scaled = given / max(float(given.max()), 1.0)
    error = float(scaled.std()) / np.sqrt(len(scaled))
    limit = 1.0 / max(float(given.max()), 1.0)
    return float(given.mean()) if float(scaled.mean()) - STANDARD_ERRORS * error > limit else None
