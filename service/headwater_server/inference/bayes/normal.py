"""The probability that an arm is better, and what choosing it costs, for any metric's means."""

from __future__ import annotations

import math

from scipy.special import ndtr

from headwater_server.inference.experiments.arm import Arm


def probability_better(treatment: Arm, control: Arm, effects: float = math.inf) -> float:
    r"""Return the probability that the treatment's mean is above the control's.

    .. math:: \Phi(m / s), \qquad m = \hat d \, \frac{\tau^2}{\tau^2 + e^2}, \quad
        s^2 = \frac{\tau^2 e^2}{\tau^2 + e^2}, \quad e^2 = \hat\sigma_1^2/n_1 + \hat\sigma_0^2/n_0

    Parameters
    ----------
    effects
        tau: the standard deviation of effects that such experiments have; infinite is a flat prior.

    Assumptions: means of many visitors are nearly normal. It is to be shown beside the always-valid
    interval, and is no rule for stopping (see `probability_best`). It is 0.5 while nothing is known
    of the error.

    Examples
    --------
    >>> round(probability_better(Arm(2000, 0.55, 0.25), Arm(2000, 0.5, 0.25)), 4)
    0.9992
    >>> round(probability_better(Arm(2000, 0.55, 0.25), Arm(2000, 0.5, 0.25), effects=0.01), 3)
    0.955

    Source: A. Gelman et al., "Bayesian data analysis", 2013, section 2.5.
    """
    mean, spread = _posterior(treatment, control, effects)
    return float(ndtr(mean / spread)) if math.isfinite(spread) else 0.5


def expected_loss_of(treatment: Arm, control: Arm, effects: float = math.inf) -> float:
    r"""Return how much of the metric a visitor is lost on average by choosing the treatment.

    .. math:: E[\max(0, -d)] = s\, \varphi(m/s) - m\, \Phi(-m/s)

    with m and s of `probability_better`; infinite without data and with a flat prior.

    Examples
    --------
    >>> round(expected_loss_of(Arm(2000, 0.51, 0.25), Arm(2000, 0.5, 0.25)), 5)
    0.00253

    Source: C. Stucchio, "Bayesian A/B testing at VWO", 2015.
    """
    mean, spread = _posterior(treatment, control, effects)
    if math.isinf(spread):
        return math.inf
    score = mean / spread
    density = math.exp(-(score**2) / 2.0) / math.sqrt(2.0 * math.pi)
    return spread * density - mean * float(ndtr(-score))


def _posterior(treatment: Arm, control: Arm, effects: float) -> tuple[float, float]:
    if not effects > 0.0:
        raise ValueError(f"effects is {effects:g}, and must be above 0")
    error = treatment.error_beside(control)
    apart = treatment.mean - control.mean
    if math.isinf(effects) or math.isinf(error):
        return (0.0, effects) if math.isinf(error) else (apart, math.sqrt(error))
    kept = effects**2 / (effects**2 + error)
    return apart * kept, math.sqrt(error * kept)
