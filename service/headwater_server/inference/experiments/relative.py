"""Two arms compared at any time: by how many per cent the treatment is better."""

from __future__ import annotations

import math

from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.confidence_sequence import sequence_reach
from headwater_server.inference.interval import Interval


def relative(treatment: Arm, control: Arm, planned: float, level: float = 0.95) -> Interval:
    r"""Return the always-valid interval of the lift, treatment / control - 1 (Fieller).

    It holds each ratio R for which the confidence sequence of mu_1 - R mu_0 holds 0:

    .. math:: (\hat\mu_1 - R \hat\mu_0)^2 \le b^2 \bigl(\hat\sigma_1^2/n_1
        + R^2 \hat\sigma_0^2/n_0\bigr)

    a quadratic in R. So it is as valid as the sequence, without a logarithm or a linearisation,
    and it excludes 0 exactly when `difference` does.

    Assumptions: as for `difference`. It says nothing (infinite ends) while the control's own
    interval holds 0: a ratio to nothing.

    Examples
    --------
    >>> interval = relative(Arm(2000, 0.55, 0.25), Arm(2000, 0.5, 0.25), planned=4000)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.004, 0.206)

    Source: E. Fieller, "Some problems in interval estimation", JRSS B 16, 1954.
    """
    together = treatment.visitors + control.visitors
    return fieller(treatment, control, sequence_reach(max(1, together), planned, level), level)


def fieller(treatment: Arm, control: Arm, reach: float, level: float) -> Interval:
    """Return the ratios, less 1, that are within so many standard errors of the means'."""
    errors = treatment.squared_error, control.squared_error
    nothing = Interval(-math.inf, math.inf, level)
    if math.isinf(treatment.error_beside(control)) or control.mean <= 0.0:
        return nothing
    top, bottom = (reach**2 * error for error in errors)
    square = control.mean**2 - bottom
    if square <= 0.0:
        return nothing
    middle = treatment.mean * control.mean
    around = math.sqrt(top * square + bottom * treatment.mean**2)
    return Interval((middle - around) / square - 1.0, (middle + around) / square - 1.0, level)
