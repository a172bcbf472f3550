"""Co-visitation: what the visitors of these items looked at, too."""

from __future__ import annotations

from collections import deque
from collections.abc import Set as AbstractSet

from headwater_server.evaluation.baselines.popularity import FILLED, Popular
from headwater_server.evaluation.baselines.recommender import Recommender

LATEST = 5
"""Items of a visitor that are paired with the next one, and that a list is made from."""
PAIRS_MAX = 512
"""Partners that an item keeps before only the better half stays: memory is bounded by items."""


class CoVisitation(Recommender):
    r"""Item-to-item counts over each visitor's latest items, as a cosine.

    .. math:: s_j = \sum_{i \in \text{latest } 5} \frac{c_{ij}}{\sqrt{n_i n_j}}

    :math:`c_{ij}` counts rewarded events on j by visitors who had i among their latest items, and
    the reverse; :math:`n_i` counts the rewarded events of i.

    >>> together = CoVisitation()
    >>> for visitor, items in {"u": "ab", "v": "ab", "w": "a"}.items():
    ...     for item in items:
    ...         together.learn(visitor, item, 1.0, None, 0.0)
    >>> [item for item, _ in together.recommend("w", 0.0, {"a"}, 1)]
    ['b']

    Source: G. Linden, B. Smith, J. York, "Amazon.com recommendations: item-to-item collaborative
    filtering", IEEE Internet Computing, 2003.
    """

    name = "co-visitation"

    def __init__(self) -> None:
        self.settings = f"cosine of pairs among the latest {LATEST} items of a visitor; {FILLED}"
        self._latest: dict[str, deque[str]] = {}
        self._pairs: dict[str, dict[str, int]] = {}
        self._counts: dict[str, int] = {}
        self._popular = Popular()

    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Count the pairs that the item makes with the visitor's latest ones."""
        del value, time_s
        self._popular.learn(item_id, reward)
        if reward <= 0:
            return
        self._counts[item_id] = self._counts.get(item_id, 0) + 1
        latest = self._latest.setdefault(visitor_id, deque(maxlen=LATEST))
        for other in latest:
            if other != item_id:
                self._pair(item_id, other)
                self._pair(other, item_id)
        if item_id in latest:
            latest.remove(item_id)
        latest.append(item_id)

    def _pair(self, item_id: str, other: str) -> None:
        row = self._pairs.setdefault(item_id, {})
        row[other] = row.get(other, 0) + 1
        if len(row) > PAIRS_MAX:
            kept = sorted(row, key=lambda one: (-row[one], one))[: PAIRS_MAX // 2]
            self._pairs[item_id] = {one: row[one] for one in kept}

    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return what goes with the visitor's latest items; popular items for a stranger."""
        del now_s
        scores: dict[str, float] = {}
        for item_id in self._latest.get(visitor_id, ()):
            for other, count in self._pairs.get(item_id, {}).items():
                weight = count / (self._counts[item_id] * self._counts[other]) ** 0.5
                scores[other] = scores.get(other, 0.0) + weight
        ranked = sorted(scores.items(), key=lambda one: (-one[1], one[0]))
        chosen = [one for one in ranked if one[0] not in left_out][:n]
        return self._popular.fill(chosen, left_out, n)
