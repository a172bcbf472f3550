"""DR: a model of the reward, corrected by weighted residuals."""

from __future__ import annotations

from numpy.typing import ArrayLike

from headwater_server.inference.checks import at_least, column
from headwater_server.inference.off_policy.estimate import Estimate


def doubly_robust(
    weights: ArrayLike, rewards: ArrayLike, predicted: ArrayLike, predicted_target: ArrayLike
) -> Estimate:
    r"""Return the model's value of the target policy plus its weighted residuals.

    .. math:: \hat V = \frac1n \sum_i \Bigl[ \sum_a \pi(a|x_i) q(x_i, a) + w_i (r_i - q_i) \Bigr]

    Parameters
    ----------
    weights, rewards
        As for IPS.
    predicted
        q_i: the model's reward for the item that the row shows.
    predicted_target
        The mean of the model's rewards over what the target policy would show in this row.

    Assumptions: true propensities OR a true model; the prediction must not have learned from the
    row's own reward (the fold predicts before it learns). With propensities that are true by
    construction, any model only lowers the variance, and a poor one raises it.

    Examples
    --------
    >>> doubly_robust([2.0, 0.0], [1.0, 0.0], [0.5, 0.5], [0.75, 0.75]).value
    1.25

    Source: M. Dudik, J. Langford, L. Li, "Doubly robust policy evaluation and learning", ICML 2011.
    """
    scale = column("weights", weights)
    at_least("weights", scale, 0.0)
    residuals = column("rewards", rewards, len(scale)) - column("predicted", predicted, len(scale))
    return Estimate.of(column("predicted_target", predicted_target, len(scale)) + scale * residuals)
