"""How many visitors an experiment needs."""

from __future__ import annotations

import math

from scipy.special import ndtri

from headwater_server.inference.checks import confidence, number
from headwater_server.inference.experiments.confidence_sequence import tuned_spread


def visitors_needed(
    mean: float, variance: float, lift: float, level: float = 0.95, power: float = 0.8
) -> int:
    r"""Return the visitors of two equal arms after which a lift is most likely found.

    .. math:: n = \frac{4 \sigma^2 (b + z_\text{power})^2}{(\text{lift} \cdot \mu)^2}

    with b = sqrt(s + 1), the least reach of the confidence sequence, for which this n is the plan.
    Since the sequence is read all the time, a lift of just this size is found a little more often
    than that (0.84 instead of 0.80 in a simulation), half of the times before 0.55 of n.

    Parameters
    ----------
    mean, variance
        Of the metric of one visitor, as it is now; the variance with CUPED where that is used.
        For a share of visitors that act: p and p (1 - p).
    lift
        The relative difference to be found, such as 0.05 for 5 %; not 0.

    Assumptions: the treatment's variance is the control's.

    Examples
    --------
    >>> visitors_needed(mean=0.04, variance=0.04 * 0.96, lift=0.1)
    144280

    Source: that of `confidence_sequence`; the sum b + z as in any calculation of power.
    """
    confidence(level)
    found = number("lift", lift) * number("mean", mean, 0.0, open_ends=True)
    if found == 0.0:
        raise ValueError("lift is 0: no number of visitors shows that there is no difference")
    reach = math.sqrt(tuned_spread(level) + 1.0)
    reach += float(ndtri(number("power", power, 0.0, 1.0, open_ends=True)))
    return math.ceil(4.0 * number("variance", variance, 0.0) * (reach / found) ** 2)
