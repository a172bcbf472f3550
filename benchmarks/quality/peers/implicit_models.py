"""The models of the library `implicit`: ALS, BPR and item-item cosine."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import CosineRecommender
from implicit.utils import ParameterWarning
from scipy.sparse import csr_matrix

from benchmarks.quality.peers.retrained import Retrained
from headwater_server.evaluation.baselines.numbering import Array

SEED = 1
ITEM_ITEM = "implicit item-item cosine"


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
    """`CosineRecommender`: item-item cosine over the visitor's row, which is the newest already.

    ``kept``: the weight of an item of the row beside the one after it; 1: as in the library.
    """

    def __init__(self, neighbours: int = 200, kept: float = 1.0) -> None:
        recent = f", each older item weighs {kept:g} of the next" if kept < 1.0 else ""
        name = "implicit item-item cosine, recent items first" if recent else ITEM_ITEM
        super().__init__(name, f"K={neighbours}{recent}")
        self.strengthened = bool(recent)
        self._neighbours = neighbours
        self._kept = kept
        self._model: Any = None

    def _train(self, matrix: csr_matrix) -> None:
        self._model = CosineRecommender(K=self._neighbours, num_threads=1)
        with warnings.catch_warnings():  # of a matrix that the library itself makes inside
            warnings.simplefilter("ignore", ParameterWarning)
            self._model.fit(matrix, show_progress=False)

    def _scores(self, visitor: int, row: dict[int, float]) -> Array:
        del visitor
        if self._kept < 1.0:  # the newest is last
            row = {item: self._kept**age for age, item in enumerate(reversed(row))}
        found = (self._row(row) @ self._model.similarity).tocoo()
        scores = np.full(self._trained_items, -np.inf)
        scores[found.col] = found.data
        return scores
