"""One kernel from a visitor's rows to the slots: history, candidates, scores, draw."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.exploration.plackett_luce import fill_slots
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.engine.ranking.describing import (
    Statistics,
    describe_items,
    describe_visitor,
)
from headwater_server.engine.reranking.candidates import Candidates, Question
from headwater_server.engine.retrieval.gathering import Visitor, retrieve
from headwater_server.engine.visitors.reading import read_asking
from headwater_server.models.ranker.network import NO_NETWORK, score_items


class Draw(NamedTuple):
    """How slots are drawn by score, as in `plackett_luce.draw_slate`; ``slots`` 0: not at all."""

    slots: int
    epsilon: float
    temperature: float
    seed: np.uint64


NO_DRAW = Draw(0, 0.0, 1.0, np.uint64(0))


class Drawn(NamedTuple):
    """The rows of the candidates in the slots, their propensities, and their scores."""

    rows: NDArray[np.int64]
    propensities: NDArray[np.float64]
    scores: NDArray[np.float64]


@njit(cache=True)
def _of_visitor(statistics, session_length, gap_s):
    """Return the statistics with what is the visitor's."""
    s = statistics
    return Statistics(
        s.counts, s.by_event, s.by_day, s.starts, s.events, s.repeat_rate,
        float(session_length), gap_s, s.gone, s.gone_context, s.own,
    )  # fmt: skip


@njit(cache=True)
def _drawn(scores, draw):
    """Return (rows, propensities) of the slots."""
    count = min(draw.slots, len(scores))
    rows, propensities = np.empty(count, dtype=np.int64), np.empty(count)
    if count > 0:
        fill_slots(scores, count, draw.epsilon, draw.temperature, draw.seed, rows, propensities)
    return rows, propensities


@njit(cache=True, nogil=True)
def answer(tables, statistics, asking, barred, shown_at, network, draw):
    """Return (int32[n] candidates, scores, length of the history, rows, propensities, scores).

    The last three are those of the slots.

    ``asking`` is what `Visitors.reading` returns, the context items, and the circumstances' rows.
    Without a ``network`` there are no scores, and so no slots.
    """
    reading, context, circumstances = asking
    items, ages_s, counts, flags, refused, length, gap_s = read_asking(reading, context)
    visitor = Visitor(items, ages_s, counts, flags, refused, circumstances)
    found = retrieve(tables, visitor, barred, shown_at)
    biases, moments, parameters = network
    scores = np.empty(0)
    if len(biases) > 0:
        own = _of_visitor(statistics, length, gap_s)
        features = describe_items(tables, own, items, found)
        visitors = describe_visitor(own, items)
        scores = score_items(features, visitors, found, biases, moments, parameters)
    chosen, propensities = _drawn(scores, draw)
    return found, scores, len(items), chosen, propensities, scores[chosen]


class Answering:
    """Finds and scores the candidates of a question, and draws the slots if nothing else does."""

    def __init__(self, scoring: CandidateScoring) -> None:
        self.scoring = scoring

    def candidates(
        self, question: Question, draw: Draw = NO_DRAW
    ) -> tuple[Candidates, Drawn | None]:
        """Return what may be shown, and the slots, None if they are still to be drawn."""
        request, scoring = question.request, self.scoring
        if request.candidate_item_ids:
            args = request, question.history, question.hidden, question.now_ms
            return Candidates(*scoring.given(*args)), None
        barred = self.barred(question)
        network = getattr(scoring.models.ranker, "network", NO_NETWORK)
        items, scores, length, *drawn = self._answer(question, barred, network, draw)
        question.history_length = length
        if len(scores) < len(items):  # the ranker is no network
            scores = scoring.scores(question.history, items)
        if len(items) < scoring.enough(request):
            found, history = (items, scores), question.history
            items, scores = scoring.refilled(request, history, barred, question.now_ms, found)
        elif draw.slots and len(drawn[0]):
            return Candidates(None, items, scores), Drawn(*drawn)
        return Candidates(None, items, scores), None

    def found(self, question: Question) -> NDArray[np.int32]:
        """Return what may be shown, without scores."""
        found: NDArray[np.int32]
        found, *_ = self._answer(question, self.barred(question), NO_NETWORK, NO_DRAW)
        return found

    def barred(self, question: Question) -> NDArray[np.int32]:
        """Return the items that may not be shown: hidden, excluded, or just viewed."""
        request = question.request
        if not (request.exclude_item_ids or request.context_item_ids):
            return question.hidden
        named = self.scoring.known(request.exclude_item_ids + request.context_item_ids)
        return np.concatenate((named, question.hidden))

    def _answer(
        self, question: Question, barred: NDArray[np.int32], network: Any, draw: Draw
    ) -> Any:
        scoring, text = self.scoring, question.request.filter
        models, retriever = scoring.models, scoring.retriever
        passing = scoring.masks.shown(text) if text else None
        circumstances = models.circumstances.rows(question.circumstances)
        return answer(
            retriever.begin(),
            scoring.ranking.statistics(),
            (question.reading, question.context, circumstances),
            barred,
            scoring.catalogue.shown_at(question.now_ms, passing),
            network,
            draw,
        )
