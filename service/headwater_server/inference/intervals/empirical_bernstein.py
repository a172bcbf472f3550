"""The empirical Bernstein sequence: a lower bound of a mean that moves, true at every row."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import gammainc, gammaln

from headwater_server.inference.checks import confidence, number

PLANNED = 1_000.0
"""The sum of squares at which the bound is tightest: some hundreds of rows with weights of 5."""
_STEPS_MAX = 200


@dataclass(slots=True)
class RunningLow:
    r"""A lower bound of the mean of values of at least 0, from three sums.

    .. math:: \frac1t \sum_{i \le t} \mu_i \;\ge\;
        \frac1t \Bigl( \sum_{i \le t} x_i - u_\alpha(V_t) \Bigr), \qquad
        V_t = \sum_{i \le t} (x_i - \hat x_{i-1})^2

    mu_i is the mean of x_i given the rows before it, and may move: a policy that learns has another
    value at each row. xhat is the mean of the rows before, at most 1, and u is `reach`. It holds
    for all t together with the probability 1 - alpha, for any number of rows, however large single
    values are: large ones only make V large.

    Parameters
    ----------
    rows, total, spread
        t, the sum of x, and V; all 0 at the beginning.

    Assumptions: x_i >= 0, and that rows are added in the order in which they were made. Nothing
    else: rows may depend on those before, and need no bound above.

    It says nothing useful (a bound below 0) before some tens of rows.

    Examples
    --------
    >>> low = RunningLow()
    >>> for value in [1.0, 0.0] * 500:
    ...     low.add(value)
    >>> round(low.mean, 3), round(low.end(0.025), 3)
    (0.5, 0.447)

    Source: S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, "Time-uniform, nonparametric,
    nonasymptotic confidence sequences", Annals of Statistics 49, 2021, theorem 4 with the
    gamma-exponential mixture (proposition 9); for policies: I. Waudby-Smith, L. Wu, A. Ramdas,
    N. Karampatziakis, "Anytime-valid off-policy inference for contextual bandits", 2024, section 3.
    """

    rows: int = 0
    total: float = 0.0
    spread: float = 0.0

    def add(self, value: float) -> None:
        """Add the next value. ValueError if it is below 0 or not finite."""
        number("value", value, 0.0)
        before = min(1.0, (self.total + 0.5) / (self.rows + 1))
        self.rows += 1
        self.total += value
        self.spread += (value - before) ** 2

    @property
    def mean(self) -> float:
        """Return the mean so far; NaN before the first row."""
        return self.total / self.rows if self.rows else math.nan

    def end(self, alpha: float) -> float:
        """Return the lower bound that fails with a probability of at most ``alpha``."""
        if not self.rows:
            return -math.inf
        return (self.total - reach(self.spread, alpha)) / self.rows


def reach(spread: float, alpha: float, planned: float = PLANNED) -> float:
    r"""Return u: how far the sum may be above its mean, given the sum of squares so far.

    .. math:: u = \sup \bigl\{ s : m(s, v) < 1/\alpha \bigr\}, \qquad
        m(s, v) = \frac{\rho^\rho}{\Gamma(\rho)\,\gamma(\rho, \rho)}
        \frac{\Gamma(v+\rho)\,\gamma(v+\rho,\, s+v+\rho)}{(s+v+\rho)^{v+\rho}}\, e^{s+v}

    gamma(a, x) is the regularised lower incomplete gamma function; rho is tuned to ``planned``.

    Examples
    --------
    >>> [round(reach(spread, 0.025), 1) for spread in (0.0, 100.0, 1000.0, 10_000.0)]
    [27.3, 39.4, 99.2, 331.0]
    """
    number("alpha", alpha, 0.0, 1.0, open_ends=True)
    wanted = math.log(1.0 / alpha)
    rho = number("planned", planned, 0.0, open_ends=True) / (
        2.0 * wanted + math.log1p(2.0 * wanted)
    )
    low, high = 0.0, 1.0 + 2.0 * math.sqrt(wanted * (spread + rho)) + 2.0 * wanted
    while _log_mixture(high, spread, rho) < wanted:
        low, high = high, 2.0 * high
    for _ in range(_STEPS_MAX):
        middle = (low + high) / 2.0
        if high - low <= 1e-9 * high:
            break
        if _log_mixture(middle, spread, rho) < wanted:
            low = middle
        else:
            high = middle
    return high


def _log_mixture(s: float, v: float, rho: float) -> float:
    prior = rho * math.log(rho) - gammaln(rho) - math.log(gammainc(rho, rho))
    at = s + v + rho
    return float(
        prior
        + gammaln(v + rho)
        + math.log(gammainc(v + rho, at))
        - (v + rho) * math.log(at)
        + s
        + v
    )


def two_sided(level: float) -> float:
    """Return alpha of each end of an interval of this level.

    >>> round(two_sided(0.95), 12)
    0.025
    """
    return confidence(level) / 2.0
