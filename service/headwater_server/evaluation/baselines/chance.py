"""Chance: items drawn from all that were seen so far, each as likely as the next."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from random import Random

from headwater_server.evaluation.baselines.numbering import Numbering
from headwater_server.evaluation.baselines.recommender import Recommender


class Chance(Recommender):
    """A uniform draw without replacement. The same ``seed`` gives the same lists.

    >>> chance = Chance(seed=1)
    >>> for item in "abc":
    ...     chance.learn("v", item, 1.0, None, 0.0)
    >>> sorted(item for item, _ in chance.recommend("v", 0.0, {"b"}, 5))
    ['a', 'c']
    """

    name = "chance"

    def __init__(self, seed: int = 0) -> None:
        self.settings = f"a uniform draw from all items seen so far, seed {seed}"
        self._random = Random(seed)
        self._items = Numbering()

    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Remember the item."""
        del visitor_id, reward, value, time_s
        self._items.number(item_id)

    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return ``n`` of the items that are not left out, in random order."""
        del visitor_id, now_s
        spare = len(self._items.known(left_out))
        drawn = self._random.sample(self._items.ids, min(n + spare, len(self._items)))
        return [(item_id, 1.0) for item_id in drawn if item_id not in left_out][:n]
