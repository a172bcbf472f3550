"""Whether two groups are alike in what is known of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, column, table

DIFFERENCE_MAX = 0.1


def standardized_differences(
    treated: ArrayLike, covariates: ArrayLike, weights: ArrayLike | None = None
) -> Floats:
    r"""Return the difference of each covariate's means, in standard deviations.

    .. math:: d = (\bar x_1 - \bar x_0) / \sqrt{(s_1^2 + s_0^2) / 2}

    Means are weighted, deviations are not, so that weights cannot hide a difference by widening
    it. A covariate that does not vary has 0. Beyond 0.1 the groups are not alike.

    Examples
    --------
    >>> standardized_differences([1, 1, 0, 0], [[1.0], [3.0], [0.0], [2.0]]).round(3).tolist()
    [0.707]

    Source: P. Austin, "Balance diagnostics for comparing the distribution of baseline covariates
    between treatment groups in propensity-score matched samples", Statistics in Medicine 2009.
    """
    group = column("treated", treated) > 0.0
    columns = table("covariates", covariates)
    scale = np.ones(len(group)) if weights is None else column("weights", weights, len(group))
    if not (scale[group].sum() > 0.0 and scale[~group].sum() > 0.0):
        raise ValueError("treated: one of the groups has no row")
    one, other = columns[group], columns[~group]
    means = [
        np.average(part, axis=0, weights=part_scale)
        for part, part_scale in ((one, scale[group]), (other, scale[~group]))
    ]
    spread = np.sqrt((_variance(one) + _variance(other)) / 2.0)
    flat = spread <= 1e-12 * np.maximum(1.0, np.abs(columns).max(axis=0))
    return np.where(flat, 0.0, (means[0] - means[1]) / np.where(flat, 1.0, spread))


def _variance(columns: Floats) -> Floats:
    if len(columns) < 2:
        return np.zeros(columns.shape[1])
    return np.asarray(columns.var(axis=0, ddof=1))
