"""2SLS: the same question as `instrument`, by two regressions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.causal.clustered import independent, with_constant
from headwater_server.inference.causal.differences import weights_of
from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.causal.instrument import Instrumented, first_stage_f
from headwater_server.inference.causal.packages import package, quiet
from headwater_server.inference.checks import column, labels, table

DRAW = "instruments"
"""linearmodels' name for an instrument that is given as an array."""


def two_stage(
    placed: ArrayLike,
    chances: ArrayLike,
    seen: ArrayLike,
    outcomes: ArrayLike,
    covariates: ArrayLike,
    visitors: ArrayLike,
) -> Instrumented:
    r"""Return the coefficient of seeing, with the draw as its instrument.

    .. math:: s = \pi z + \gamma' x + v, \quad y = \beta \hat s + \delta' x + u

    The rows are weighted by 1 / the chance of what was drawn, so that it speaks of the same lists
    as `seen_by_draw`; unweighted, it would speak most of lists whose chance is near one half.
    Chance and covariates are controls. Assumptions: those of `seen_by_draw`.

    Examples
    --------
    >>> placed, chances, visitors = [1, 0] * 4, [0.5] * 8, range(8)
    >>> seen, outcomes = [1, 0, 1, 0, 1, 0, 0, 0], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    >>> found = two_stage(placed, chances, seen, outcomes, [[1.0]] * 8, visitors)
    >>> round(found.effect.value, 9)
    0.666666667

    Source: J. Angrist, G. Imbens, D. Rubin, "Identification of causal effects using instrumental
    variables", JASA 1996. Computed by linearmodels (IV2SLS, clustered).
    """
    draw = column("placed", placed)
    rows = len(draw)
    treated, y = column("seen", seen, rows), column("outcomes", outcomes, rows)
    groups, scale = labels("visitors", visitors, rows), weights_of(draw, chances)
    clusters = int(groups.max()) + 1
    whole = with_constant(table("covariates", covariates), column("chances", chances, rows))
    controls = whole[:, independent(whole, scale)]
    if float(np.std(treated[draw > 0.0])) == float(np.std(treated)) == 0.0:
        nothing = Effect(float("nan"), float("inf"), clusters)
        return Instrumented(nothing, nothing, 0.0)
    with quiet():
        model = package("linearmodels.iv").IV2SLS(y, controls, treated, draw, weights=scale)
        fit = model.fit(cov_type="clustered", clusters=groups, debiased=True)
        first = fit.first_stage.individual["endog"]
        sees = Effect(float(first.params[DRAW]), float(first.std_errors[DRAW]), clusters)
    effect = Effect(float(fit.params["endog"]), float(fit.std_errors["endog"]), clusters)
    return Instrumented(effect, sees, first_stage_f(sees))
