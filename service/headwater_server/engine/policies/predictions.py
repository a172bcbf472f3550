"""What the probability head predicts for each candidate in each slot of a list."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration.slot_probabilities import slot_features
from headwater_server.engine.reranking.candidates import Candidates, Pool, Question
from headwater_server.models.probability.probability import ProbabilityHead, buckets


class Predictions:
    """The chances of an act, as a model of the reward for doubly robust estimates.

    They are those of the candidates that the ranker found. Any other item has 0, as what is shown
    and as what a policy would show: a model may be wrong, but must be one.
    """

    def __init__(self, head: ProbabilityHead, pool: Pool, item_ids: tuple[str, ...]) -> None:
        """``pool``: the candidates; ``item_ids``: the list, with whose scores they compete."""
        question, candidates = pool.question, pool.candidates
        rows = pool.rows(item_ids)
        self._items = candidates.items
        self._values = _values(head, question, candidates, rows)
        known = rows >= 0
        self.shown = np.zeros(len(item_ids))
        self.shown[known] = self._values[np.flatnonzero(known), rows[known]]

    def of(self, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return float64[slots, n] of these candidates of any policy."""
        if items is self._items:
            return self._values
        places = {item: row for row, item in enumerate(self._items.tolist())}
        rows = np.array([places.get(item, -1) for item in items.tolist()], dtype=np.int64)
        found = np.zeros((len(self._values), len(items)))
        found[:, rows >= 0] = self._values[:, rows[rows >= 0]]
        return found


def _values(
    head: ProbabilityHead, question: Question, candidates: Candidates, rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    n, slots = len(candidates.items), len(rows)
    if n == 0 or slots == 0:
        return np.zeros((slots, n))
    scores = candidates.scores
    shown = scores[rows[rows >= 0]] if (rows >= 0).any() else scores
    top = float(shown.max())
    shares = scores - top - math.log(float(np.exp(shown - top).sum()))
    positions = np.repeat(np.arange(1, slots + 1), n)
    dense = slot_features(
        np.tile(scores, slots), np.tile(shares, slots), positions, question.history_length
    )
    items = np.tile(candidates.items, slots)
    return head.score_many(dense, buckets(question.circumstances), items).reshape(slots, n)
