"""A structural model: placed -> seen -> act -> purchase, with errors that may go together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater_server.inference.causal.clustered import independent, with_constant
from headwater_server.inference.causal.differences import weights_of
from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.causal.packages import package, quiet
from headwater_server.inference.checks import Floats, column, labels, table

GROUPS = 40
"""Of visitors; the errors are those of leaving one of them out."""
ACT_MODEL = "seen ~ placed\nact ~ seen\nseen ~~ act"
WHOLE_MODEL = "seen ~ placed\nact ~ seen\nlast ~ act + seen\nseen ~~ act\nseen ~~ last"


@dataclass(frozen=True, slots=True)
class Structural:
    """Effects along the way, each by row; ``direct`` and ``through_act`` sum to ``total``.

    Without a last outcome ``total`` is that of seeing on acting, and the three others are None.
    """

    seen_by_placing: Effect
    total: Effect
    act_by_seeing: Effect | None = None
    through_act: Effect | None = None
    direct: Effect | None = None


def structural(
    placed: ArrayLike,
    chances: ArrayLike,
    seen: ArrayLike,
    acted: ArrayLike,
    last: ArrayLike | None,
    covariates: ArrayLike,
    visitors: ArrayLike,
) -> Structural:
    r"""Fit the paths by maximum likelihood, with free covariances of the errors of seeing.

    .. math:: s = \pi z + u_1, \ a = \beta s + u_2, \ y = \kappa a + \delta s + u_3, \quad
        \mathrm{cov}(u_1, u_2), \mathrm{cov}(u_1, u_3) \text{ free}

    The effect of seeing on y is :math:`\kappa\beta + \delta`. What is hidden may move seeing,
    acting and buying together: the draw z alone decides the total. How it parts into what comes
    through the act and what does not assumes more: that u2 and u3 do not go together.
    All variables are weighted by 1 / the chance of the draw, after chance and covariates are
    taken out. ``last`` is None where the act itself is the outcome.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> z, u = random.random(4_000) < 0.5, random.normal(size=4_000)
    >>> s = z * (u + random.normal(size=4_000) > 0.0)
    >>> a = 0.5 * s + u
    >>> found = structural(z, np.full(4_000, 0.5), s, a, None, np.ones((4_000, 1)), range(4_000))
    >>> bool(abs(found.total.value - 0.5) < 0.15)
    True

    Source: S. Wright, "The method of path coefficients", 1934; K. Bollen, "Structural equations
    with latent variables", 1989. Computed by semopy; errors by leaving out groups of visitors.
    """
    draw = column("placed", placed)
    rows = len(draw)
    whole = [draw, column("seen", seen, rows), column("acted", acted, rows)]
    whole += [] if last is None else [column("last", last, rows)]
    groups = labels("visitors", visitors, rows)
    scale = weights_of(draw, chances)
    controls = with_constant(table("covariates", covariates), column("chances", chances, rows))
    left = _taken_out(np.stack(whole, axis=1), controls, scale)
    parts = _moments(left, scale, groups % GROUPS)
    clusters = int(groups.max()) + 1
    used = [number for number in range(len(parts)) if parts[number].any()]
    estimate = _paths(parts.sum(axis=0))
    without = np.array([_paths(parts.sum(axis=0) - parts[number]) for number in used])
    spread = without - without.mean(axis=0)
    errors = np.sqrt((len(used) - 1) / len(used) * (spread**2).sum(axis=0))
    found = [Effect(float(v), float(e), clusters) for v, e in zip(estimate, errors, strict=True)]
    return Structural(*found)


def _taken_out(values: Floats, controls: Floats, weights: Floats) -> Floats:
    """Return what weighted least squares on the controls leaves."""
    used = controls[:, independent(controls, weights)]
    root = np.sqrt(weights)[:, None]
    found = np.linalg.lstsq(used * root, values * root, rcond=None)[0]
    return np.asarray(values - used @ found)


def _moments(values: Floats, weights: Floats, groups: NDArray[np.int64]) -> Floats:
    """Return the weighted products of each group of visitors, and in the last place its weight."""
    size = values.shape[1]
    found = np.zeros((GROUPS, size + 1, size + 1))
    for number in range(GROUPS):
        chosen = groups == number
        part = values[chosen]
        found[number, :size, :size] = part.T @ (part * weights[chosen, None])
        found[number, size, size] = weights[chosen].sum()
    return found


def _paths(sums: Floats) -> Floats:
    """Return seen by placing, total, and with a last outcome: act by seeing, through, direct."""
    size = len(sums) - 1
    covariance = sums[:size, :size] / sums[size, size]
    spread = np.sqrt(np.diag(covariance))
    if not (spread > 0.0).all():
        return np.full(2 if size == 3 else 5, np.nan)
    names = ["placed", "seen", "act", "last"][:size]
    found = _fitted(covariance / np.outer(spread, spread), names)
    unit = dict(zip(names, spread.tolist(), strict=True))

    def path(to: str, come: str) -> float:
        return float(found[to, come] * unit[to] / unit[come])

    if size == 3:
        return np.array([path("seen", "placed"), path("act", "seen")])
    through, direct = path("last", "act") * path("act", "seen"), path("last", "seen")
    by_seeing = path("act", "seen")
    return np.array([path("seen", "placed"), through + direct, by_seeing, through, direct])


def _fitted(correlation: Floats, names: list[str]) -> dict[tuple[str, str], float]:
    frame = package("pandas").DataFrame(correlation, index=names, columns=names)
    model = package("semopy").Model(ACT_MODEL if len(names) == 3 else WHOLE_MODEL)
    with quiet():
        model.fit(cov=frame, n_samples=1_000)  # the number moves no estimate
        table_ = model.inspect(std_est=False, se_robust=False)
    rows = table_[table_["op"] == "~"]
    return {
        (str(one.lval), str(one.rval)): float(one.Estimate) for one in rows.itertuples(index=False)
    }
