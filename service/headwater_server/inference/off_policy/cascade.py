"""SN-cascade: lists whose slots are read from the top, weighted by products of ratios."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, table, within
from headwater_server.inference.off_policy.estimate import Estimate
from headwater_server.inference.off_policy.snips import weighted_mean_rows


def product_weights(chances: ArrayLike, propensities: ArrayLike) -> Floats:
    r"""Return, for each list and slot k, the product of pi / p over the slots 1 to k.

    ``chances`` and ``propensities`` (lists x slots) are conditional: the chance of a slot's item
    given the slots before it. A slot that a shorter list lacks has 1 in both, and no reward.

    Examples
    --------
    >>> product_weights([[0.5, 0.2]], [[0.25, 0.4]]).tolist()
    [[2.0, 1.0]]
    """
    wanted = table("chances", chances)
    logged = table("propensities", propensities, wanted.shape)
    within("chances", wanted, 0.0, 1.0)
    within("propensities", logged, 0.0, 1.0)
    if (logged == 0.0).any():
        raise ValueError("propensities has a value of 0: what was shown had a chance")
    return np.asarray(np.cumprod(wanted / logged, axis=1), dtype=np.float64)


def cascade(chances: ArrayLike, propensities: ArrayLike, rewards: ArrayLike) -> Estimate:
    r"""Return the reward of a list, each slot's mean weighted by the slots down to it.

    .. math:: \hat V = \sum_k \frac{\sum_i w_{i,1:k}\, r_{ik}}{\sum_i w_{i,1:k}},
        \qquad w_{i,1:k} = \prod_{j \le k} \frac{\pi(a_{ij} | a_{i,<j})}{p(a_{ij} | a_{i,<j})}

    Assumptions: a slot's reward depends on what is in this slot and above it, not below (visitors
    read from the top). Then it has no bias but that of self-normalising, of order 1/n.

    It says little beyond three slots: the weights are products. In simulated shops with lists of
    10, intervals on it covered 0.20 to 0.93. `in_list` is the figure, this is a second opinion.

    Examples
    --------
    >>> even = [[0.5, 0.5], [0.5, 0.5]]
    >>> cascade(even, even, [[1.0, 0.0], [0.0, 1.0]]).value
    1.0

    Source: J. McInerney et al., "Counterfactual evaluation of slate recommendations with
    sequential reward interactions", KDD 2020 (RIPS), with self-normalising for each slot.
    """
    weights = product_weights(chances, propensities)
    earned = table("rewards", rewards, weights.shape)
    return Estimate.of(np.asarray(weighted_mean_rows(weights, earned).sum(axis=1)))
