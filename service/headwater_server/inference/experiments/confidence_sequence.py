"""The asymptotic confidence sequence: the mean of a metric, at every look at once."""

from __future__ import annotations

import math

from headwater_server.inference.checks import confidence, number
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.interval import Interval

_ROUNDS_MAX = 64


def tuned_spread(level: float) -> float:
    r"""Return s = t rho^2 of the sequence that is narrowest at t: s = log((s+1) / alpha^2).

    Examples
    --------
    >>> round(tuned_spread(0.95), 3)
    8.212
    """
    return _fixed_point(confidence(level))


def sequence_reach(visitors: float, planned: float, level: float = 0.95) -> float:
    r"""Return how many standard errors the confidence sequence reaches to each side.

    .. math:: b(t) = \sqrt{\frac{t \rho^2 + 1}{t \rho^2} \log\frac{t \rho^2 + 1}{\alpha^2}},
        \qquad \rho^2 = s / t_\text{planned}

    It is least, b = sqrt(s + 1) = 3.04 at 95 %, at about the planned visitors (a fixed interval
    has 1.96), and grows slowly to both sides: as 1/sqrt(t) below, as sqrt(log t) above.

    Examples
    --------
    >>> [round(sequence_reach(visitors, 1000), 2) for visitors in (10, 100, 1000, 10_000)]
    [8.94, 3.82, 3.04, 3.25]
    """
    alpha = confidence(level)
    tuned = _fixed_point(alpha)
    number("planned", planned, 0.0, open_ends=True)
    share = tuned * number("visitors", visitors, 0.0, open_ends=True) / planned
    return math.sqrt((share + 1.0) / share * math.log((share + 1.0) / alpha**2))


def confidence_sequence(arm: Arm, planned: float, level: float = 0.95) -> Interval:
    r"""Return the interval of the mean of a metric, valid at every number of visitors at once.

    .. math:: \hat\mu_t \pm b(t)\, \hat\sigma_t / \sqrt t

    Parameters
    ----------
    arm
        Visitors so far, mean and variance.
    planned
        How many visitors the experiment is planned for: there the interval is narrowest. A wrong
        plan makes it wider, never wrong.

    Assumptions: visitors do not depend on each other, and are enough for a mean that is nearly
    normal. Two arms of up to 5,000 visitors each of whom 0.5 to 50 % act, read at 1,000 looks
    from the first ten visitors on, had 0.5 to 4.3 % false alarms. Revenue of heavy tails: cap it,
    and say so; metrics of visitors that still grow: `python -m benchmarks.evaluation peeking`.

    It says nothing below two visitors, or while all visitors are alike: the interval is infinite.

    Examples
    --------
    >>> interval = confidence_sequence(Arm(1000, 0.5, 0.25), planned=1000)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.452, 0.548)

    Source: I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy, A. Ramdas, "Time-uniform central
    limit theory and asymptotic confidence sequences", Annals of Statistics 52, 2024, theorem 2.2;
    the normal mixture: H. Robbins, Annals of Mathematical Statistics 41, 1970.
    """
    confidence(level)
    if arm.visitors < 2 or arm.variance == 0.0:
        return Interval(-math.inf, math.inf, level)
    reach = sequence_reach(arm.visitors, planned, level) * math.sqrt(arm.squared_error)
    return Interval(arm.mean - reach, arm.mean + reach, level)


def _fixed_point(alpha: float) -> float:
    spread, before = 1.0, 0.0
    for _ in range(_ROUNDS_MAX):  # each round divides the error by s + 1
        if spread == before:
            break
        spread, before = math.log((spread + 1.0) / alpha**2), spread
    return spread
