"""Of several rates known by a Beta distribution each: which is best, and what choosing costs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv

from headwater_server.inference.bayes.alike import alike
from headwater_server.inference.checks import Floats, column

_POINTS = 1_000
_MANY = 200
"""From so many distributions on, those that hardly differ are taken for one."""
_TAIL = 1e-7
_SMALLEST = 1e-300


def probability_best(a: ArrayLike, b: ArrayLike) -> Floats:
    r"""Return, for each Beta(a, b), the probability that its rate is the highest of all.

    .. math:: P_i = \int f_i(p) \prod_{j \ne i} F_j(p) \, dp

    by a sum over 1,000 steps between the ends of what can be the highest. Two give the probability
    that one is better. It draws no random number. Of more than 200, those that hardly differ share
    their probability, so that 100,000 take no longer than some hundreds.

    Parameters
    ----------
    a, b
        Posteriors, such as `HierarchicalPrior.posterior` returns.

    Assumptions: the posteriors do not depend on each other. It is no rule for stopping: read at
    every look, "97.5 % sure" is wrong in a third of experiments without a difference.

    Examples
    --------
    >>> probability_best([2.0, 2.0], [98.0, 98.0]).round(6).tolist()
    [0.5, 0.5]
    >>> probability_best([30.0, 20.0, 20.0], [970.0, 980.0, 980.0]).round(3).tolist()
    [0.872, 0.064, 0.064]

    Source: D. Berry, B. Fristedt, "Bandit problems", 1985; S. Scott, "A modern Bayesian look at
    the multi-armed bandit", Applied Stochastic Models in Business and Industry 26, 2010.
    """
    first, second = _posteriors(a, b)
    if len(first) <= _MANY:
        return _best(first, second, np.ones(len(first)))
    few = alike(first, second)
    return np.asarray(_best(few.a, few.b, few.sizes)[few.groups])


def expected_loss(a: ArrayLike, b: ArrayLike) -> Floats:
    r"""Return, for each Beta(a, b), how much rate is lost on average by choosing it.

    .. math:: L_i = E\bigl[\max_j p_j\bigr] - E[p_i], \qquad
        E\bigl[\max_j p_j\bigr] = \int_0^1 \Bigl(1 - \prod_j F_j(p)\Bigr) dp

    Assumptions: as for `probability_best`. Small for two arms that are alike: then either will do.

    Examples
    --------
    >>> expected_loss([30.0, 20.0], [970.0, 980.0]).round(5).tolist()
    [0.00023, 0.01023]

    Source: C. Stucchio, "Bayesian A/B testing at VWO", 2015.
    """
    first, second = _posteriors(a, b)
    points, shares = _shares(first, second)
    product = shares.prod(axis=0)
    highest = points[0] + float(np.trapezoid(1.0 - product, points))
    return np.asarray(np.maximum(0.0, highest - first / (first + second)))


def _best(a: Floats, b: Floats, sizes: Floats) -> Floats:
    """Return the probability of one of each group, of which there are ``sizes``."""
    can_be = betaincinv(a, b, 1.0 - _TAIL) >= betaincinv(a, b, _TAIL).max()
    if not can_be.all():
        found = np.zeros(len(a))
        found[can_be] = _best(a[can_be], b[can_be], sizes[can_be])
        return found
    _, shares = _shares(a, b)
    logs = np.log(np.maximum((shares[:, 1:] + shares[:, :-1]) / 2.0, _SMALLEST))
    chances = (np.diff(shares, axis=1) * np.exp(sizes @ logs - logs)).sum(axis=1)
    return np.asarray(chances / (chances @ sizes))


def _posteriors(a: ArrayLike, b: ArrayLike) -> tuple[Floats, Floats]:
    first = column("a", a)
    second = column("b", b, len(first))
    for name, values in (("a", first), ("b", second)):
        if (values <= 0.0).any():
            raise ValueError(f"{name} has a value that is not above 0")
    return first, second


def _shares(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return points, and each distribution's share below them, where the highest may be."""
    low = float(betaincinv(a, b, _TAIL).max())
    high = float(betaincinv(a, b, 1.0 - _TAIL).max())
    points = np.linspace(low, high, _POINTS + 1)
    return points, np.asarray(betainc(a[:, None], b[:, None], points))
