"""Pairs of rows with nearly the same chance, one of them treated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from headwater_server.inference.causal.clustered import least_squares, with_constant
from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.checks import Floats, column

CALIPER_SD = 0.2


@dataclass(frozen=True, slots=True)
class Matched:
    """The effect among the rows that found a partner, and how often each row counts.

    ``weights`` is 0 for a row without a partner that is no partner either; ``alone`` is how many
    rows found none.
    """

    effect: Effect
    weights: Floats
    alone: int


def matched(
    treated: ArrayLike, chances: ArrayLike, outcomes: ArrayLike, visitors: ArrayLike
) -> Matched:
    r"""Compare each row with the one of the other group whose chance is nearest.

    .. math:: \hat\tau = \frac1m \sum_i (2 t_i - 1)(y_i - y_{j(i)}), \quad
        j(i) = \arg\min_{t_j \ne t_i} |\ell_i - \ell_j|, \ \ell = \log\frac{e}{1 - e}

    A partner may serve several rows; it must lie within 0.2 standard deviations of l.
    Assumption: as of weighting: rows of one chance differ by the draw only.

    Examples
    --------
    >>> found = matched([1, 0, 1, 0], [0.5, 0.5, 0.9, 0.9], [1.0, 0.0, 2.0, 1.0], [1, 2, 3, 4])
    >>> round(found.effect.value, 9), found.weights.tolist(), found.alone
    (1.0, [2.0, 2.0, 2.0, 2.0], 0)

    Source: P. Austin, "Optimal caliper widths for propensity-score matching", Pharmaceutical
    Statistics 2011; A. Abadie, G. Imbens, "Large sample properties of matching estimators for
    average treatment effects", Econometrica 2006. The error is that of the weighted means.
    """
    group = column("treated", treated)
    chance = column("chances", chances, len(group))
    values = column("outcomes", outcomes, len(group))
    if (chance <= 0.0).any() or (chance >= 1.0).any():
        raise ValueError("chances has a value that is not between 0 and 1")
    logits = np.log(chance / (1.0 - chance))
    partners = _partners(group > 0.0, logits, CALIPER_SD * float(logits.std()))
    has_one = partners >= 0
    uses = np.bincount(partners[has_one], minlength=len(group))
    weights = np.asarray(has_one + uses, dtype=np.float64)
    kept = weights > 0.0
    if not kept.any():
        raise ValueError("chances: no row has a partner within the caliper")
    fit = least_squares(
        values[kept], with_constant(group[kept]), np.asarray(visitors)[kept], weights[kept]
    )
    return Matched(fit.effect(1), weights, int((~has_one).sum()))


def _partners(treated: NDArray[np.bool_], at: Floats, reach: float) -> NDArray[np.int64]:
    """Return the row of each row's partner, -1 if none is near enough."""
    found = np.full(len(at), -1, dtype=np.int64)
    for group in (True, False):
        asks, others = np.flatnonzero(treated == group), np.flatnonzero(treated != group)
        if not len(others):
            continue
        others = others[np.argsort(at[others], kind="stable")]
        places = at[others]
        right = np.searchsorted(places, at[asks])
        low, high = np.maximum(right - 1, 0), np.minimum(right, len(others) - 1)
        nearer = np.where(at[asks] - places[low] <= places[high] - at[asks], low, high)
        nearer = _spread(nearer, places, asks)
        near = np.abs(places[nearer] - at[asks]) <= reach + 1e-12
        found[asks[near]] = others[nearer[near]]
    return found


def _spread(
    nearer: NDArray[np.int64], places: Floats, asks: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Share rows among partners of the very same chance: one must not serve all of them."""
    first = np.searchsorted(places, places[nearer], side="left")
    count = np.searchsorted(places, places[nearer], side="right") - first
    return np.asarray(first + np.arange(len(asks)) % count, dtype=np.int64)
