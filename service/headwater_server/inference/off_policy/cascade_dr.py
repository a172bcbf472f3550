"""Cascade-DR: the product weights of a cascade, with a model that takes most of their noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.checks import table
from headwater_server.inference.off_policy.cascade import product_weights
from headwater_server.inference.off_policy.estimate import Estimate


def cascade_dr(
    chances: ArrayLike,
    propensities: ArrayLike,
    rewards: ArrayLike,
    predicted: ArrayLike,
    predicted_target: ArrayLike,
) -> Estimate:
    r"""Return the reward of a list under the target policy, doubly robust slot by slot.

    .. math:: \hat V = \frac1n \sum_i \sum_k \Bigl[ w_{i,1:k} (r_{ik} - q_{ik})
        + w_{i,1:k-1} \sum_a \pi(a | a_{i,<k})\, q_{ik}(a) \Bigr], \qquad w_{i,1:0} = 1

    Parameters
    ----------
    chances, propensities, rewards
        Lists x slots, as for `cascade`.
    predicted
        q_ik: the model's reward from this slot for the item that the list shows there. A model of
        the slot's own reward is enough; one that adds the slots below it removes more noise.
    predicted_target
        Its mean over what the target policy would put into this slot, given the slots above.

    Assumptions: those of the cascade; the predictions did not learn from the list's own rewards.
    It says little beyond three slots, as `cascade`, but fails more slowly.

    Examples
    --------
    >>> even = [[0.5, 0.5]]
    >>> cascade_dr(even, even, [[1.0, 0.0]], [[0.6, 0.2]], [[0.4, 0.2]]).value
    0.8

    Source: H. Kiyohara et al., "Doubly robust off-policy evaluation for ranking policies under
    the cascade behavior model", WSDM 2022.
    """
    weights = product_weights(chances, propensities)
    earned = table("rewards", rewards, weights.shape)
    model = table("predicted", predicted, weights.shape)
    wanted = table("predicted_target", predicted_target, weights.shape)
    before = np.column_stack([np.ones(len(weights)), weights[:, :-1]])
    return Estimate.of(np.asarray((weights * (earned - model) + before * wanted).sum(axis=1)))
