"""Least squares with errors that are robust to several rows of one visitor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.causal.packages import package, quiet
from headwater_server.inference.checks import Floats, column, labels

CLUSTERS_MIN = 2
LEFT_MIN = 1e-10
"""Share of a column's squares that others leave, below which they make it up."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Coefficients, their clustered and their classical errors, and the degrees of freedom."""

    coefficients: Floats
    errors: Floats
    plain_errors: Floats
    freedom: float
    clusters: int

    def effect(self, place: int) -> Effect:
        """Return a coefficient as an effect."""
        return Effect(float(self.coefficients[place]), float(self.errors[place]), self.clusters)


def least_squares(
    outcomes: ArrayLike, columns: Floats, visitors: ArrayLike, weights: ArrayLike | None = None
) -> Fit:
    r"""Regress the outcomes on the columns (n x k; no constant is added).

    .. math:: \hat\beta = (X'WX)^{-1} X'Wy, \quad
        V = (X'WX)^{-1} \Bigl(\sum_g X_g'W_g u_g u_g' W_g X_g\Bigr) (X'WX)^{-1}

    Assumptions: visitors do not depend on each other; rows of one visitor may, in any way.
    Raises ValueError for fewer than two visitors.

    Examples
    --------
    >>> fit = least_squares([0.0, 1.0, 2.0, 4.0], np.ones((4, 1)), ["a", "a", "b", "c"])
    >>> round(float(fit.coefficients[0]), 9), fit.clusters
    (1.75, 3)

    Source: K.-Y. Liang, S. Zeger, "Longitudinal data analysis using generalized linear models",
    Biometrika 1986. Computed by statsmodels (WLS, cov_type "cluster").
    """
    y = column("outcomes", outcomes)
    groups = labels("visitors", visitors, len(y))
    clusters = int(groups.max()) + 1
    if clusters < CLUSTERS_MIN:
        raise ValueError(f"visitors: there is {clusters}, at least {CLUSTERS_MIN} are needed")
    scale = np.ones(len(y)) if weights is None else column("weights", weights, len(y))
    models = package("statsmodels.regression.linear_model")
    with quiet():
        plain = models.WLS(y, columns, weights=scale).fit()
        robust = plain.get_robustcov_results("cluster", groups=groups)
        errors = np.asarray(robust.bse), np.asarray(plain.bse)
    return Fit(np.asarray(plain.params), *errors, float(plain.df_resid), clusters)


def mean(values: ArrayLike, visitors: ArrayLike) -> Effect:
    """Return the mean of values with its clustered error.

    >>> round(mean([1.0, 3.0, 5.0], ["a", "b", "c"]).value, 9)
    3.0
    """
    rows = column("values", values)
    return least_squares(rows, np.ones((len(rows), 1)), visitors).effect(0)


def with_constant(*columns: ArrayLike) -> Floats:
    """Return the columns (vectors or tables) as one table, after a column of ones.

    >>> with_constant([3.0, 4.0]).tolist()
    [[1.0, 3.0], [1.0, 4.0]]
    """
    parts = [np.asarray(one, dtype=np.float64) for one in columns]
    rows = len(parts[0])
    tables = [one.reshape(rows, -1) for one in parts]
    return np.concatenate([np.ones((rows, 1)), *tables], axis=1)


def independent(columns: Floats, weights: ArrayLike | None = None) -> NDArray[np.int64]:
    """Return the places of columns that no earlier ones make up, in order.

    >>> table = np.array([[1.0, 2.0, 2.0, 0.0], [1.0, 5.0, 5.0, 0.0], [1.0, 7.0, 7.0, 0.0]])
    >>> independent(table).tolist()
    [0, 1]
    """
    scale = np.ones(len(columns)) if weights is None else np.asarray(weights, dtype=np.float64)
    lengths = np.sqrt((columns**2 * scale[:, None]).sum(axis=0))
    unit = columns / np.where(lengths > 0.0, lengths, 1.0)
    products = unit.T @ (unit * scale[:, None])
    kept: list[int] = []
    for place in np.flatnonzero(lengths > 0.0).tolist():
        among = products[np.ix_(kept, kept)]
        shared = products[kept, place]
        left = 1.0 - float(shared @ np.linalg.solve(among, shared)) if kept else 1.0
        if left > LEFT_MIN:
            kept.append(place)
    return np.array(kept, dtype=np.int64)
