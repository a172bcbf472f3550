"""IPS: inverse propensity scoring."""

from __future__ import annotations

from numpy.typing import ArrayLike

from headwater_server.inference.checks import at_least, column
from headwater_server.inference.off_policy.estimate import Estimate


def ips(weights: ArrayLike, rewards: ArrayLike) -> Estimate:
    r"""Return the mean of w r: the target policy's mean reward, without bias.

    .. math:: \hat V = \frac1n \sum_i w_i r_i

    Parameters
    ----------
    weights
        One for each row: the target's chance of the item by its logged propensity.
    rewards
        What the row's item earned.

    Assumptions: true propensities, above 0 where the target's chance is. It says nothing where
    few rows carry the sum (`Overlap`): there it is unbiased and useless.

    Examples
    --------
    >>> ips([2.0, 0.0, 1.0, 1.0], [1.0, 1.0, 0.0, 0.0]).value
    0.5

    Source: D. Horvitz, D. Thompson, JASA 47, 1952; A. Strehl et al., "Learning from logged
    implicit exploration data", NeurIPS 2010.
    """
    scale = column("weights", weights)
    at_least("weights", scale, 0.0)
    return Estimate.of(scale * column("rewards", rewards, len(scale)))
