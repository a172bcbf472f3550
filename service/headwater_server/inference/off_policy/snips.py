"""SNIPS: self-normalised inverse propensity scoring."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, at_least, column
from headwater_server.inference.off_policy.estimate import Estimate


def snips(weights: ArrayLike, rewards: ArrayLike) -> Estimate:
    r"""Return the weighted mean of the rewards.

    .. math:: \hat V = \frac{\sum_i w_i r_i}{\sum_i w_i}

    Unlike IPS, it stays within the range of the rewards, and a constant added to all rewards adds
    exactly that; the price is a bias of the order 1/n.

    Assumptions: as for IPS. At least one weight is above 0, else a ValueError.

    Examples
    --------
    >>> snips([2.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 0.0]).value
    0.5
    >>> snips([3.0, 1.0], [1.0, 1.0]).value
    1.0

    Source: A. Swaminathan, T. Joachims, "The self-normalized estimator for counterfactual
    learning", NeurIPS 2015.
    """
    scale = column("weights", weights)
    at_least("weights", scale, 0.0)
    return Estimate.of(weighted_mean_rows(scale, column("rewards", rewards, len(scale))))


def weighted_mean_rows(weights: Floats, values: Floats) -> Floats:
    """Return m + w (x - m) / mean(w), where m is the weighted mean: rows whose mean is m."""
    mean = weights.mean(axis=0)
    if not (mean > 0.0).all():
        raise ValueError("weights are all 0: the target policy shows nothing that was shown")
    center = (weights * values).mean(axis=0) / mean
    return np.asarray(center + weights * (values - center) / mean)
