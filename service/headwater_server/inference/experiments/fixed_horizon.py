"""The fixed interval: narrower, and true at one look only, planned before."""

from __future__ import annotations

from scipy.special import ndtri

from headwater_server.inference.checks import confidence
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.difference import spread_around
from headwater_server.inference.experiments.relative import fieller
from headwater_server.inference.interval import Interval


def fixed_reach(level: float = 0.95) -> float:
    """Return how many standard errors a fixed interval reaches: 1.96 at 95 %.

    >>> round(fixed_reach(), 3)
    1.96
    """
    return float(ndtri(1.0 - confidence(level) / 2.0))


def difference_at_end(treatment: Arm, control: Arm, level: float = 0.95) -> Interval:
    r"""Return the interval of the difference of means, to be read once, at the planned end.

    .. math:: \hat\mu_1 - \hat\mu_0 \pm z_{1-\alpha/2}
        \sqrt{\hat\sigma_1^2 / n_1 + \hat\sigma_0^2 / n_0}

    Assumptions: as for `difference`, and one look, at a time fixed before. Read at 100 looks it
    calls a difference where none is in 35 of 100 experiments.

    Examples
    --------
    >>> interval = difference_at_end(Arm(2000, 0.55, 0.25), Arm(2000, 0.5, 0.25))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.019, 0.081)

    Source: B. Welch, "The significance of the difference between two means when the population
    variances are unequal", Biometrika 29, 1938, for many visitors.
    """
    return spread_around(treatment, control, fixed_reach(level), level)


def relative_at_end(treatment: Arm, control: Arm, level: float = 0.95) -> Interval:
    """Return the interval of treatment / control - 1, to be read once, at the planned end.

    Equation, assumptions and source: as for `relative`, with 1.96 instead of b.

    Examples
    --------
    >>> interval = relative_at_end(Arm(2000, 0.55, 0.25), Arm(2000, 0.5, 0.25))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.037, 0.167)
    """
    return fieller(treatment, control, fixed_reach(level), level)
