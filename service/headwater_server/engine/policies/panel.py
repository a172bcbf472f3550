"""Several policies asked about one list, from one retrieval."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine import answers
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.parts import Parts
from headwater_server.engine.policies.chances import LISTS, LISTS_MAX, Chances, chances
from headwater_server.engine.policies.predictions import Predictions
from headwater_server.engine.policies.requests_under import request_under
from headwater_server.engine.reranking import ordered
from headwater_server.engine.reranking.answer_settings import AnswerSettings, Order
from headwater_server.engine.reranking.candidates import Pool, Question


def chances_of(
    parts: Parts,
    unders: Sequence[AnswerSettings],
    request: RecommendRequest,
    item_ids: Sequence[str],
    now_ms: int,
    lists: int = LISTS,
    *,
    predict: bool = False,
) -> list[Chances]:
    """Return the chances of a list of ``item_ids`` under each of these settings. A pure read.

    Raises ValueError if ``lists`` is not from 1 to 200, or if a policy is not defined for the
    request.
    """
    if not 1 <= lists <= LISTS_MAX:
        raise ValueError(f"lists = {lists}: must lie between 1 and {LISTS_MAX}")
    asked, ids = answers.question(parts, request, now_ms), tuple(item_ids)
    found: list[Chances | None] = [None] * len(unders)
    shared = _Shared(parts, asked, ids, predict=predict)
    # those with candidates of their own come last: they begin the evidence of the request again
    for place in sorted(range(len(unders)), key=lambda p: unders[p].order is not Order.SCORE):
        pool = shared.pool(unders[place])
        args = pool, unders[place], parts.reranking.similarity, ids, lists
        found[place] = chances(*args, shared.predictions)
    return [one for one in found if one is not None]


def pool_of(parts: Parts, asked: Question, under: AnswerSettings) -> Pool:
    """Return the candidates of a question under these settings, with their scores."""
    question = _question(asked, under)
    if under.order is not Order.SCORE:
        return ordered.pool(parts.scoring, question, under.order)
    return _pool(parts, question, under.ranker(question.request))


def _pool(parts: Parts, question: Question, ranker: str) -> Pool:
    candidates, _ = parts.answering.candidates(question, ranker=ranker)
    return Pool(parts.scoring.by(ranker), question, candidates)


class _Shared:
    """What all policies have in common: candidates, scores, predictions."""

    def __init__(
        self, parts: Parts, asked: Question, ids: tuple[str, ...], *, predict: bool
    ) -> None:
        self.parts, self.asked = parts, asked
        self._ids = ids
        self._first: dict[str, Pool] = {}
        """By ranker: its name, "" for the champion."""
        self._questions: dict[tuple[bool | None, bool], Question] = {}
        head = parts.models.probability
        self.predictions: Predictions | None = None
        if predict and head.is_ready:
            self.predictions = Predictions(head, self._scored(asked), ids)

    def pool(self, under: AnswerSettings) -> Pool:
        """Return the candidates under these settings."""
        if under.order is not Order.SCORE:
            return pool_of(self.parts, self.asked, under)
        return self._scored(self._question(under), under.ranker(self.asked.request))

    def _question(self, under: AnswerSettings) -> Question:
        """Return the question with the request as the policy takes it; policies share it."""
        kind = under.explore, self.asked.request.explain and under.order is Order.SCORE
        found = self._questions.get(kind)
        if found is None:
            found = self._questions[kind] = _question(self.asked, under)
        return found

    def _scored(self, question: Question, ranker: str = "") -> Pool:
        first = self._first.get(ranker)
        if first is None:
            first = self._first[ranker] = _pool(self.parts, question, ranker)
            first.rows(self._ids)  # found once for all
        return first.about(question)


def _question(asked: Question, under: AnswerSettings) -> Question:
    """Return the question with the request as the policy takes it."""
    request = request_under(asked.request, under)
    if request is asked.request:
        return asked
    return asked.about(request)
