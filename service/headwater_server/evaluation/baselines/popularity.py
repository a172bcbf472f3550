"""Popularity with decay: the items that all visitors chose recently, the same for everyone."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import numpy as np

from headwater_server.evaluation.baselines.numbering import Array, Numbering, best, grown
from headwater_server.evaluation.baselines.recommender import Recommender

DOUBLINGS_MAX = 500.0
"""Newer events weigh more rather than older ones less; so often may the weight double."""


class Popularity(Recommender):
    """Items by the number of their rewarded events, each worth half after ``half_life_events``.

    After event k an item's popularity is the sum over its events e of 2^((e - k) / half_life).

    >>> popularity = Popularity(2)
    >>> for item in "aab":
    ...     popularity.learn("v", item, 1.0, None, 0.0)
    >>> [(item, round(score, 3)) for item, score in popularity.recommend("v", 0.0, set(), 2)]
    [('a', 1.207), ('b', 1.0)]
    """

    def __init__(self, half_life_events: int = 2_000) -> None:
        self.name = f"popularity, half-life {half_life_events:,} events"
        self.settings = (
            f"rewarded events count 1 each, and half after every {half_life_events:,} events"
        )
        self._half_life_events = half_life_events
        self._items = Numbering()
        self._weights = np.zeros(1024)
        self._doublings = 0.0

    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Count the item once if the event is rewarded; every event ages all items."""
        del visitor_id, value, time_s
        self._doublings += 1.0 / self._half_life_events
        if self._doublings > DOUBLINGS_MAX:
            self._weights *= 2.0**-self._doublings
            self._doublings = 0.0
        number = self._items.number(item_id)
        self._weights = grown(self._weights, len(self._items))
        if reward > 0:
            self._weights[number] += 2.0**self._doublings

    def scores(self) -> Array:
        """Return the popularity of every item, in the order of first sight."""
        scores: Array = self._weights[: len(self._items)] * 2.0**-self._doublings
        return scores

    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return the most popular items; they are the same for every visitor."""
        del visitor_id, now_s
        scores = self.scores()
        numbers = best(scores, self._items.known(left_out), n)
        return [(self._items.ids[number], float(scores[number])) for number in numbers]


class Popular:
    """What a recommender shows where it knows nothing: popular items, below all it ranked."""

    def __init__(self) -> None:
        self._popularity = Popularity()

    def learn(self, item_id: str, reward: float) -> None:
        """Count one event."""
        self._popularity.learn("", item_id, reward, None, 0.0)

    def fill(
        self, ranked: list[tuple[str, float]], left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return ``ranked``, filled up to ``n`` with popular items."""
        if len(ranked) >= n:
            return ranked
        last = ranked[-1][1] if ranked else 0.0
        taken = left_out | {item_id for item_id, _ in ranked}
        more = self._popularity.recommend("", 0.0, taken, n - len(ranked))
        return ranked + [(item_id, last - rank) for rank, (item_id, _) in enumerate(more, 1)]


FILLED = "short lists are filled up with popularity (half-life 2,000 events)"
