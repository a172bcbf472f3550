"""Chances that are estimated from what is logged: what one has without a replay."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.causal.clustered import independent, with_constant
from headwater_server.inference.causal.packages import package, quiet
from headwater_server.inference.checks import Floats, column, table

CHANCE_MIN = 0.001
STEPS_MAX = 50


def logged_chances(treated: ArrayLike, covariates: ArrayLike) -> Floats:
    r"""Return the chance of each row to be treated, by a logistic regression on its covariates.

    .. math:: \hat e_i = 1 / (1 + \exp(-\beta' x_i))

    Assumption: nothing that is not among the covariates decided who is treated and moves the
    outcome as well. What a shopper wants is on no log, so this seldom holds.
    Chances are kept from 0.001 to 0.999.

    Examples
    --------
    >>> covariates = np.array([[0.0], [0.0], [1.0], [1.0]])
    >>> logged_chances([0, 1, 0, 1], covariates).round(3).tolist()
    [0.5, 0.5, 0.5, 0.5]

    Source: P. Rosenbaum, D. Rubin, "The central role of the propensity score in observational
    studies for causal effects", Biometrika 1983. Computed by statsmodels (GLM, Binomial).
    """
    group = column("treated", treated)
    columns = table("covariates", covariates)
    spread = columns.std(axis=0)
    spread[spread == 0.0] = 1.0
    whole = with_constant((columns - columns.mean(axis=0)) / spread)
    models = package("statsmodels.genmod.generalized_linear_model")
    families = package("statsmodels.genmod.families")
    with quiet():
        used = whole[:, independent(whole)]
        fit = models.GLM(group, used, family=families.Binomial()).fit(maxiter=STEPS_MAX)
        found = np.asarray(fit.predict(used))
    found = np.nan_to_num(found, nan=float(group.mean()))
    return np.asarray(np.clip(found, CHANCE_MIN, 1.0 - CHANCE_MIN))
