"""In the list: a list's items, weighted by their chances to be anywhere in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import Floats, number, table, within
from headwater_server.inference.off_policy.estimate import Estimate


def drawn_propensities(lists_with: ArrayLike, lists_drawn: int) -> Floats:
    r"""Return the propensities of items that were shown, p = (lists with it + 1) / (drawn + 1).

    The list that was shown is itself one draw, so no propensity is 0, and 1/p, which weights the
    item, is right on average but for (1 - p)^(drawn + 1) of it; the plain share would make it
    infinite. The target policy's chances are plain shares.

    Examples
    --------
    >>> drawn_propensities([[0, 64]], 64).round(4).tolist()
    [[0.0154, 1.0]]
    """
    drawn = number("lists_drawn", lists_drawn, 1)
    found = table("lists_with", lists_with)
    within("lists_with", found, 0.0, drawn)
    return np.asarray((found + 1.0) / (drawn + 1.0))


def in_list_weights(chances: ArrayLike, propensities: ArrayLike) -> Floats:
    """Return P(item in the target's list) / P(item in the logged policy's list), lists x items.

    Examples
    --------
    >>> in_list_weights([[0.5, 0.25]], [[1.0, 0.5]]).tolist()
    [[0.5, 0.5]]
    """
    wanted = table("chances", chances)
    logged = table("propensities", propensities, wanted.shape)
    within("chances", wanted, 0.0, 1.0)
    within("propensities", logged, 0.0, 1.0)
    if (logged == 0.0).any():
        raise ValueError("propensities has a value of 0: see drawn_propensities")
    return np.asarray(wanted / logged)


def in_list(chances: ArrayLike, propensities: ArrayLike, rewards: ArrayLike) -> Estimate:
    r"""Return the reward of a list, each item's reward weighted by its chance to be in the list.

    .. math:: \hat V = \frac1n \sum_i \sum_{a \in \text{list}_i}
        \frac{P_\pi(a \in \text{list} | x_i)}{P_p(a \in \text{list} | x_i)} \; r_{ia}

    Parameters
    ----------
    chances
        The numerators, lists x items: a share of drawn lists, of the target policy, for the items
        of the list that was shown. An item that a shorter list lacks has 0 here, 1 there.
    propensities
        The denominators, of the policy that showed it: `drawn_propensities`.
    rewards
        What each item of the list earned.

    Assumptions: what an item earns in a list depends neither on its slot nor on its neighbours
    (`competition` says how far the neighbours can matter).
    So it measures which items a policy shows, and only in part their order: a policy that only
    sorts the same items better looks equal.

    It is the figure for lists. In a simulated shop (lists of 10) 95 % intervals covered 0.95 to
    0.98 for other temperatures and shares of exploration, where the effective sample size of the
    weights was at least 0.4 of the rows; 0.43 to 0.59 for other rankers, with less than 0.05.
    So it says nothing below 0.3 (`Overlap.of_lists`). Dividing by the mean weight makes it
    worse: items that were never drawn lower that mean, and seldom earn anything.

    Examples
    --------
    >>> in_list([[0.5, 1.0]], [[1.0, 0.5]], [[1.0, 1.0]]).value
    2.5

    Source: the item-position model without positions of S. Li et al., "Offline evaluation of
    ranking policies with click models", KDD 2018.
    """
    weights = in_list_weights(chances, propensities)
    return Estimate.of((weights * table("rewards", rewards, weights.shape)).sum(axis=1))
