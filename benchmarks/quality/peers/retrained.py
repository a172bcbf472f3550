"""A model that is retrained every 5,000 events, as shops run them.

Between two trainings a model knows neither new items nor new pairs; the visitor's newest history
is folded in at every question, as each model allows.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Set as AbstractSet

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from headwater_server.evaluation.baselines.numbering import Array, Numbering, best
from headwater_server.evaluation.baselines.popularity import FILLED, Popular
from headwater_server.evaluation.baselines.recommender import Recommender

EVERY_EVENTS = 5_000
FIRST_EVENTS = 1_000


class Retrained(Recommender):
    """What retrained models share: the counts, the trainings, the visitor's row of counts.

    A pair's weight is the number of its rewarded events.
    """

    def __init__(self, name: str, settings: str) -> None:
        self.name = name
        self.settings = (
            f"{settings}; retrained every {EVERY_EVENTS:,} events (first after {FIRST_EVENTS:,}); "
            + FILLED
        )
        self._items = Numbering()
        self._visitors = Numbering()
        self._counts: list[dict[int, float]] = []  # of each visitor: item -> events, oldest first
        self._popular = Popular()
        self._events = 0
        self._trained_items = 0
        self._trained_visitors = 0

    def learn(
        self, visitor_id: str, item_id: str, reward: float, value: float | None, time_s: float
    ) -> None:
        """Count a rewarded event; train again when it is time."""
        del value, time_s
        self._popular.learn(item_id, reward)
        item, visitor = self._items.number(item_id), self._visitors.number(visitor_id)
        if visitor == len(self._counts):
            self._counts.append({})
        if reward > 0:
            counts = self._counts[visitor]
            counts[item] = counts.pop(item, 0.0) + 1.0  # to the end: the newest is last
        self._events += 1
        if self._events == FIRST_EVENTS or self._events % EVERY_EVENTS == 0:
            started_s = time.process_time()
            with threadpool_limits(1):  # one core for everyone
                self._train(self._matrix())
            self.training_cpu_s += time.process_time() - started_s
            self._trained_items = len(self._items)
            self._trained_visitors = len(self._visitors)

    def _matrix(self) -> csr_matrix:
        starts = np.cumsum([0, *map(len, self._counts)])
        items = np.fromiter((item for row in self._counts for item in row), np.int32)
        counts = np.fromiter((n for row in self._counts for n in row.values()), np.float32)
        return csr_matrix((counts, items, starts), (len(self._counts), len(self._items)))

    def recommend(
        self, visitor_id: str, now_s: float, left_out: AbstractSet[str], n: int
    ) -> list[tuple[str, float]]:
        """Return the best by the last training and the visitor's history up to now."""
        del now_s
        visitor = self._visitors.find(visitor_id)
        counts = {} if visitor is None else self._counts[visitor]
        row = {item: count for item, count in counts.items() if item < self._trained_items}
        ranked: list[tuple[str, float]] = []
        if row and visitor is not None:
            known = {item for item in self._items.known(left_out) if item < self._trained_items}
            scores = self._scores(visitor, row)
            numbers = best(scores, known, n)
            ranked = [(self._items.ids[number], float(scores[number])) for number in numbers]
        return self._popular.fill(ranked, left_out, n)

    def _row(self, row: dict[int, float]) -> csr_matrix:
        items, counts = np.fromiter(row, np.int32), np.fromiter(row.values(), np.float32)
        return csr_matrix((counts, items, [0, len(row)]), (1, self._trained_items))

    @abstractmethod
    def _train(self, matrix: csr_matrix) -> None:
        """Fit the model on visitors x items."""

    @abstractmethod
    def _scores(self, visitor: int, row: dict[int, float]) -> Array:
        """Return the score of every trained item for a visitor with these counts."""
