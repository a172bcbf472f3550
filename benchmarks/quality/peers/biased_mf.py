"""River's `reco.BiasedMF`, learning online, its factors read all at once."""

from __future__ import annotations

import random
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from river import optim
from river.reco import BiasedMF

from headwater_server.evaluation.baselines.numbering import Array, Numbering, best, grown
from headwater_server.evaluation.baselines.recommender import Recommender


class RiverBiasedMF(Recommender):
    """Matrix factorisation with biases, one SGD step an event and four on items not chosen.

    y(u, i) = mean + b_u + b_i + p_u . q_i, learned with y = 1 for a rewarded event, 0 for a return
    or the like and for `negatives` items drawn uniformly. Without those every target were 1 in a
    shop of views, and there were nothing to learn. A stranger gets mean + b_i.

    The factors and biases of the items are mirrored into arrays, so that a question costs one
    product rather than `predict_one` for every item; the numbers are the same.
    """

    def __init__(
        self, n_factors: int = 32, rate: float = 0.05, negatives: int = 4, seed: int = 1
    ) -> None:
        self.name = "River BiasedMF"
        self.settings = (
            f"{n_factors} factors, SGD({rate}), l2 0.002, y=1 for rewarded events, y=0 for "
            f"{negatives} uniform items an event; updated at every event"
        )
        normal = optim.initializers.Normal(sigma=0.1, seed=seed)
        self.model: Any = BiasedMF(  # River's reco has no types
            n_factors=n_factors,
            bias_optimizer=optim.SGD(rate),
            latent_optimizer=optim.SGD(rate),
            latent_initializer=normal,
            l2_bias=0.002,
            l2_latent=0.002,
        )
        self._negatives = negatives
        self._random = random.Random(seed)
        self._items = Numbering()
        self._biases = np.zeros(1024)
        self._factors = np.zeros((1024, n_factors))

    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Take one step towards the event and one away from each of some other items."""
        del value, time_s
        self._items.number(item_id)
        self._step(visitor_id, item_id, 1.0 if reward > 0 else 0.0)
        for other in self._random.choices(self._items.ids, k=self._negatives):
            if other != item_id:
                self._step(visitor_id, other, 0.0)

    def _step(self, visitor_id: str, item_id: str, target: float) -> None:
        self.model.learn_one(user=visitor_id, item=item_id, y=target)
        number = self._items.number(item_id)
        self._biases = grown(self._biases, number + 1)
        self._factors = grown(self._factors, number + 1)
        self._biases[number] = self.model.i_biases[item_id]
        self._factors[number] = self.model.i_latents[item_id]

    def scores(self, visitor_id: str) -> Array:
        """Return `predict_one` of every item, in the order of first sight, writing nothing."""
        size = len(self._items)
        scores: Array = self.model.global_mean.get() + self._biases[:size]
        if visitor_id in self.model.u_latents:
            scores += self.model.u_biases[visitor_id]
            scores += self._factors[:size] @ self.model.u_latents[visitor_id]
        return scores

    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return the items of the highest prediction."""
        del now_s
        scores = self.scores(visitor_id)
        numbers = best(scores, self._items.known(left_out), n)
        return [(self._items.ids[number], float(scores[number])) for number in numbers]
