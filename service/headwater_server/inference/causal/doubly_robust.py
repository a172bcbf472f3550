"""AIPW: a model of the outcome, corrected by weighted residuals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.causal.clustered import independent, mean, with_constant
from headwater_server.inference.causal.differences import weights_of
from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.causal.packages import package, quiet
from headwater_server.inference.checks import Floats, column, table


def scores(
    treated: ArrayLike, chances: ArrayLike, outcomes: ArrayLike, covariates: ArrayLike
) -> tuple[Floats, Floats]:
    r"""Return each row's score of the mean outcome if all were treated, and if none was.

    .. math:: \psi_1 = m_1(x) + \frac{t}{e}\,(y - m_1(x)), \quad
        \psi_0 = m_0(x) + \frac{1-t}{1-e}\,(y - m_0(x))

    ``m`` is linear in covariates and chance, fitted in each group by least squares.
    The mean of the differences is the effect; see `doubly_robust`.
    """
    group = column("treated", treated)
    y = column("outcomes", outcomes, len(group))
    columns = with_constant(_scaled(table("covariates", covariates)), chances)
    scale = weights_of(group, chances)
    models = package("statsmodels.regression.linear_model")
    found = []
    for value in (1.0, 0.0):
        chosen = group == value
        if not chosen.any():
            raise ValueError("treated: one of the groups has no row")
        used = columns[:, independent(columns[chosen])]  # dependent ones would make noise
        with quiet():
            fit = models.OLS(y[chosen], used[chosen]).fit()
        predicted = used @ np.asarray(fit.params)
        found.append(predicted + np.where(chosen, scale * (y - predicted), 0.0))
    return found[0], found[1]


def doubly_robust(
    treated: ArrayLike,
    chances: ArrayLike,
    outcomes: ArrayLike,
    covariates: ArrayLike,
    visitors: ArrayLike,
) -> Effect:
    r"""Return the mean effect of treating over all rows.

    .. math:: \hat\tau = \frac1n \sum_i (\psi_{1i} - \psi_{0i})

    Assumptions: the chances are those of the draw (then any model of the outcome will do, and a
    good one makes the interval narrower); every row could have been in either group.

    Examples
    --------
    >>> treated, outcomes = [1, 0, 1, 0], [3.0, 1.0, 4.0, 2.0]
    >>> covariates = [[0.0], [0.0], [1.0], [1.0]]
    >>> round(doubly_robust(treated, [0.5] * 4, outcomes, covariates, [1, 2, 3, 4]).value, 9)
    2.0

    Source: J. Robins, A. Rotnitzky, L. P. Zhao, "Estimation of regression coefficients when some
    regressors are not always observed", JASA 1994.
    """
    with_it, without = scores(treated, chances, outcomes, covariates)
    return mean(with_it - without, visitors)


def _scaled(columns: Floats) -> Floats:
    spread = columns.std(axis=0)
    return np.asarray((columns - columns.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0))
