"""Differences of mean outcomes between two groups of rows: as they are, and weighted."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.causal.clustered import least_squares, with_constant
from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.checks import Floats, column, within


def naive(treated: ArrayLike, outcomes: ArrayLike, visitors: ArrayLike) -> Effect:
    r"""Return the difference of the two groups' means.

    .. math:: \hat\Delta = \bar y_{t=1} - \bar y_{t=0}

    Assumption: the groups are alike in all that matters. They are not, where a recommender chose:
    it shows an item to those who want it. So it is only for comparison.

    Examples
    --------
    >>> round(naive([1, 1, 0, 0], [1.0, 0.0, 0.0, 0.0], ["a", "b", "c", "d"]).value, 9)
    0.5
    """
    group = _group(treated)
    return least_squares(outcomes, with_constant(group), visitors).effect(1)


def weights_of(treated: ArrayLike, chances: ArrayLike) -> Floats:
    """Return 1 / the chance of what happened to each row.

    >>> weights_of([1, 0], [0.25, 0.5]).tolist()
    [4.0, 2.0]
    """
    group = _group(treated)
    chance = column("chances", chances, len(group))
    if (chance <= 0.0).any() or (chance >= 1.0).any():
        raise ValueError("chances has a value that is not between 0 and 1")
    return np.where(group > 0.0, 1.0 / chance, 1.0 / (1.0 - chance))


def weighted(
    treated: ArrayLike, chances: ArrayLike, outcomes: ArrayLike, visitors: ArrayLike
) -> Effect:
    r"""Return the difference of means in which each row counts by 1 / the chance of its group.

    .. math:: \hat\tau = \frac{\sum t_i y_i / e_i}{\sum t_i / e_i}
        - \frac{\sum (1-t_i) y_i / (1-e_i)}{\sum (1-t_i) / (1-e_i)}

    Assumption: ``chances`` are those that the groups were drawn with. Replayed chances are; those
    that are estimated from covariates are so only if nothing else decided.

    Examples
    --------
    >>> found = weighted([1, 1, 0, 0], [0.5] * 4, [1.0, 0.0, 0.0, 0.0], ["a", "b", "c", "d"])
    >>> round(found.value, 9)
    0.5

    Source: J. Hajek, "Comment on an essay by D. Basu", 1971; K. Hirano, G. Imbens, G. Ridder,
    "Efficient estimation of average treatment effects using the estimated propensity score",
    Econometrica 2003.
    """
    scale = weights_of(treated, chances)
    return least_squares(outcomes, with_constant(_group(treated)), visitors, scale).effect(1)


def _group(treated: ArrayLike) -> Floats:
    group = column("treated", treated)
    within("treated", group, 0.0, 1.0)
    return group
