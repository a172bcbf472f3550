"""EASE: a linear autoencoder in closed form (Steck, WWW 2019)."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks.quality.peers.retrained import Retrained
from headwater_server.evaluation.baselines.numbering import Array

ITEMS_MAX = 4_000  # a square matrix of them is inverted at every training


class Ease(Retrained):
    r"""The weights :math:`B` with a zero diagonal that predict each row of the matrix from itself.

    .. math:: P = (X^\top X + \lambda I)^{-1}, \quad B_{ij} = -P_{ij} / P_{jj}, \quad B_{jj} = 0

    A visitor's scores are its row times :math:`B`. ``X`` is 1 where a visitor has chosen an item.
    Of a larger catalogue only the ITEMS_MAX items with the most visitors have weights.
    """

    def __init__(self, regularization: float = 100.0) -> None:
        settings = f"lambda={regularization:g}, the {ITEMS_MAX:,} most chosen items"
        super().__init__("EASE", settings)
        self._regularization = regularization
        self._kept: Array = np.zeros(0, np.int64)
        self._places: dict[int, int] = {}
        self._weights: Array = np.zeros((0, 0), np.float32)

    def _train(self, matrix: csr_matrix) -> None:
        chosen = (matrix > 0).astype(np.float64)
        visitors = np.asarray(chosen.sum(0)).ravel()
        self._kept = np.sort(np.argsort(-visitors, kind="stable")[:ITEMS_MAX])
        self._places = {int(item): place for place, item in enumerate(self._kept)}
        columns = chosen[:, self._kept]
        gram = (columns.T @ columns).toarray()
        gram[np.diag_indices_from(gram)] += self._regularization
        precision = np.linalg.inv(gram)
        weights = -precision / np.diag(precision)
        np.fill_diagonal(weights, 0.0)
        self._weights = weights.astype(np.float32)

    def _scores(self, visitor: int, row: dict[int, float]) -> Array:
        del visitor
        scores = np.full(self._trained_items, -np.inf)
        places = [self._places[item] for item in row if item in self._places]
        if places:
            scores[self._kept] = self._weights[places].sum(0)
        return scores
