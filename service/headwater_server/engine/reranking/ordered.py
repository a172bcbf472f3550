"""Candidates in an order that needs no model: what a policy is compared with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.ranking.candidate_scoring import REFILL, CandidateScoring
from headwater_server.engine.reranking.answer_settings import Order
from headwater_server.engine.reranking.candidates import Candidates, Pool, Question
from headwater_server.engine.settings import EngineSettings


class OrderedPool(Pool):
    """Candidates in an order of their own, to which no objective adds."""

    def worth(self, settings: EngineSettings) -> None:
        """Return nothing: these scores have no unit."""


class PopularPool(OrderedPool):
    """Candidates by number of interactions, decayed; most first, ties in their order."""

    def scores(self, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return float64[n]: the counts of ``items``."""
        return _counts(self.scoring, items)


def pool(scoring: CandidateScoring, question: Question, order: Order) -> Pool:
    """Return the candidates with scores that sort them so.

    Raises ValueError if the request has no list whose order could be kept.
    """
    if not question.request.candidate_item_ids:
        if order is Order.GIVEN:
            raise ValueError(
                "candidate_item_ids: the policy baseline keeps the order of the caller's "
                "candidates, and this request has none"
            )
        return PopularPool(scoring, question, _most_popular(scoring, question))
    request, history = question.request, question.history
    ids, items, _ = scoring.given(request, history, question.hidden, question.now_ms)
    if order is Order.GIVEN:
        return OrderedPool(scoring, question, Candidates(ids, items, -np.arange(float(len(items)))))
    return PopularPool(scoring, question, Candidates(ids, items, _counts(scoring, items)))


def _most_popular(scoring: CandidateScoring, question: Question) -> Candidates:
    request, history = question.request, question.history
    scoring.retriever.begin()
    named = scoring.known(request.exclude_item_ids + request.context_item_ids)
    barred = np.concatenate((named, question.hidden, history.refused, history.items[:1]))
    allowed, count = scoring.allowed(barred, question.now_ms), max(request.page_size, REFILL)
    items = scoring.most_popular(request.filter, allowed, count)
    return Candidates(None, items, _counts(scoring, items))


def _counts(scoring: CandidateScoring, items: NDArray[np.int32]) -> NDArray[np.float64]:
    counts: NDArray[np.float64] = scoring.models.by_event.stored[items, -1]
    return counts
