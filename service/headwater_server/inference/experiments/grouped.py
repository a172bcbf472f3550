"""Two arms of which only sums over groups of visitors are known."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

from headwater_server.inference.checks import column, number
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.relative import fieller
from headwater_server.inference.interval import Interval


def arm_of_groups(visitors: int, above: ArrayLike, below: ArrayLike) -> Arm:
    r"""Return an arm of a ratio of sums, as of clicks by seen slot, or of revenue by visitor.

    .. math:: \hat R = \frac{\sum_g y_g}{\sum_g x_g}, \qquad
        \hat\sigma^2 / n = \frac{G}{G-1} \frac{\sum_g (y_g - \hat R x_g)^2}{(\sum_g x_g)^2}

    Parameters
    ----------
    visitors
        n, of all groups together.
    above, below
        y and x of each of the G groups. A visitor is in one group for good.

    Assumptions: visitors do not depend on each other, and which group one is in says nothing of
    what he does. What a visitor does on one day may depend on any other day in any way.

    Without anything below, the mean is 0 and the variance 0: `relative_of_groups` says nothing.

    Examples
    --------
    >>> arm_of_groups(4, [1.0, 0.0, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0])  # each visitor is a group
    Arm(visitors=4, mean=1.0, variance=0.6666666666666666)

    Source: W. Cochran, "Sampling Techniques", 1977, chapter 6; groups instead of visitors:
    N. Chamandy et al., "Estimating Uncertainty for Massive Data Streams", Google, 2012.
    """
    top, bottom = column("above", above), column("below", below)
    total = float(bottom.sum())
    if total <= 0.0 or len(top) < 2:
        return Arm(visitors, 0.0, 0.0)
    ratio = float(top.sum()) / total
    spread = float(np.square(top - ratio * bottom).sum())
    squared_error = len(top) / (len(top) - 1) * spread / total**2
    return Arm(visitors, ratio, squared_error * visitors)


def reach_of_groups(reach: float, groups: int) -> float:
    """Return how far to reach if the error itself is known from ``groups`` only (Student's t).

    >>> round(reach_of_groups(3.04, 64), 2)
    3.17
    """
    number("groups", groups, 2)
    found = -float(stdtrit(groups - 1, ndtr(-reach)))
    return found if math.isfinite(found) else math.inf


def relative_of_groups(
    treatment: Arm, control: Arm, groups: int, reach: float, level: float
) -> Interval:
    """Return the interval of treatment / control - 1 (Fieller), of arms of `arm_of_groups`.

    ``reach``: standard errors if all visitors were known, of `sequence_reach`: so it is as valid
    at every look as `relative`, and somewhat wider. It says nothing if the reach is infinite.

    >>> two = Arm(2000, 0.55, 0.25), Arm(2000, 0.5, 0.25)
    >>> interval = relative_of_groups(*two, groups=64, reach=3.04, level=0.95)
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.0, 0.211)
    """
    wide = reach_of_groups(reach, groups)
    if math.isinf(wide):
        return Interval(-math.inf, math.inf, level)
    return fieller(treatment, control, wide, level)
