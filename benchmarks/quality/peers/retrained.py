"""Models of the library `implicit`, retrained every 5,000 events, as shops run them.

Between two trainings a model knows neither new items nor new pairs; the visitor's newest history
is folded in at every question, as each model allows.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import CosineRecommender
from implicit.utils import ParameterWarning
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from benchmarks.quality.peers.base import Peer
from benchmarks.quality.peers.numbering import Array, Numbering, best
from benchmarks.quality.peers.popularity import FILLED, Popular

EVERY_EVENTS = 5_000
FIRST_EVENTS = 1_000
SEED = 1


class Retrained(Peer):
    """What the three models share: the counts, the trainings, the visitor's row of counts.

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
        """Count a rewarded event; train anew when it is time."""
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
            with threadpool_limits(1):  # one core for everyone
                self._train(self._matrix())
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


class Als(Retrained):
    """`AlternatingLeastSquares` (Hu, Koren, Volinsky, ICDM 2008); fold-in: `recalculate_user`."""

    def __init__(self, factors: int = 64, regularization: float = 0.05, alpha: float = 10) -> None:
        settings = f"factors={factors}, regularization={regularization}, alpha={alpha}"
        super().__init__("implicit ALS", f"{settings}, 15 iterations; fold-in: recalculate_user")
        self._parameters: dict[str, Any] = {
            "factors": factors,
            "regularization": regularization,
            "alpha": alpha,
        }
        self._model: Any = None

    def _train(self, matrix: csr_matrix) -> None:
        self._model = AlternatingLeastSquares(**self._parameters, num_threads=1, random_state=SEED)
        self._model.fit(matrix, show_progress=False)

    def _scores(self, visitor: int, row: dict[int, float]) -> Array:
        factor = self._model.recalculate_user(visitor, self._row(row))
        scores: Array = self._model.item_factors @ factor
        return scores


class Bpr(Retrained):
    """`BayesianPersonalizedRanking` (Rendle et al., UAI 2009).

    The library folds nobody in, so it is done here: from the trained factors (a stranger's are 0),
    `FOLD_STEPS` gradient steps of the same loss over the visitor's newest items, each against a
    fixed random item, the items' factors held still.
    """

    FOLD_STEPS = 10
    FOLD_RATE = 0.5
    FOLD_ITEMS = 20

    def __init__(self, factors: int = 64) -> None:
        settings = f"factors={factors}, learning_rate=0.05, regularization=0.01, 100 iterations"
        super().__init__(
            "implicit BPR",
            f"{settings}; fold-in: {self.FOLD_STEPS} gradient steps on the newest "
            f"{self.FOLD_ITEMS} items",
        )
        self._factors = factors
        self._model: Any = None
        self._others: Array = np.zeros(0, np.int64)

    def _train(self, matrix: csr_matrix) -> None:
        self._model = BayesianPersonalizedRanking(
            factors=self._factors,
            learning_rate=0.05,
            regularization=0.01,
            iterations=100,
            num_threads=1,
            random_state=SEED,
        )
        self._model.fit(matrix, show_progress=False)
        rng = np.random.default_rng(SEED)
        self._others = rng.integers(0, matrix.shape[1], self.FOLD_ITEMS)

    def _scores(self, visitor: int, row: dict[int, float]) -> Array:
        items = self._model.item_factors
        factor = np.zeros(items.shape[1])
        factor[-1] = 1.0  # meets the item's bias, which the library keeps as its last factor
        if visitor < self._trained_visitors:
            factor[:] = self._model.user_factors[visitor]
        newest = list(row)[-self.FOLD_ITEMS :]
        ahead = items[newest] - items[self._others[: len(newest)]]
        for _ in range(self.FOLD_STEPS):
            wrong = 1.0 / (1.0 + np.exp(ahead @ factor))
            factor[:-1] += self.FOLD_RATE * (wrong @ ahead[:, :-1] / len(newest))
        scores: Array = items @ factor.astype(items.dtype)
        return scores


class Cosine(Retrained):
    """`CosineRecommender`: item-item cosine over the visitor's row, which is the newest already."""

    def __init__(self, neighbours: int = 200) -> None:
        super().__init__("implicit item-item cosine", f"K={neighbours}")
        self._neighbours = neighbours
        self._model: Any = None

    def _train(self, matrix: csr_matrix) -> None:
        self._model = CosineRecommender(K=self._neighbours, num_threads=1)
        with warnings.catch_warnings():  # of a matrix that the library itself makes inside
            warnings.simplefilter("ignore", ParameterWarning)
            self._model.fit(matrix, show_progress=False)

    def _scores(self, visitor: int, row: dict[int, float]) -> Array:
        del visitor
        found = (self._row(row) @ self._model.similarity).tocoo()
        scores = np.full(self._trained_items, -np.inf)
        scores[found.col] = found.data
        return scores
