"""Which questions one kernel answers together, and their slots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.grouped.kernel import Asked, Slots, answer_all
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.engine.reranking.answering import Draw
from headwater_server.engine.reranking.candidates import Candidates, Question
from headwater_server.engine.reranking.filling import Filled
from headwater_server.engine.reranking.reranker import Reranking

LEAST = 2
"""With fewer plain questions, each is answered alone."""
_PLACES = np.arange(1_000)


class GroupedAnswering:
    """Answers plain questions together; it only reads, and has no state."""

    def __init__(self, reranking: Reranking) -> None:
        self._reranking = reranking

    def slots(self, asked: Sequence[tuple[Question, AnswerSettings]]) -> list[Filled | None]:
        """Return the filled slots of each question, None for one that must be asked alone.

        Each has its own settings, and all have the same time.
        """
        draws = [self._reranking.plain_draw(*one) for one in asked]
        plain = [n for n, draw in enumerate(draws) if draw.slots]
        filled: list[Filled | None] = [None] * len(asked)
        if len(plain) < LEAST:
            return filled
        questions = [asked[n][0] for n in plain]
        out = self._answered(questions, [draws[n] for n in plain])
        for n, question, one in zip(plain, questions, _of_each(out), strict=True):
            length, candidates, slots = one
            question.history_length = length
            if candidates >= question.request.page_size:
                filled[n] = slots
        return filled

    def _answered(self, questions: Sequence[Question], draws: Sequence[Draw]) -> Slots:
        scoring, first = self._reranking.scoring, questions[0]
        table, acts, _, now_s, _, gap_s = first.reading
        out = Slots.empty(len(questions), max(draw.slots for draw in draws))
        answer_all(
            scoring.retriever.begin(len(questions)),
            scoring.ranking.statistics(),
            (table, acts, now_s, gap_s),
            self._asked(questions, draws),
            scoring.catalogue.shown_at(first.now_ms),
            scoring.models.ranker.network,
            out,
        )
        return out

    def _asked(self, questions: Sequence[Question], draws: Sequence[Draw]) -> Asked:
        """Return the questions by column."""
        rows_of = self._reranking.scoring.models.circumstances.rows
        barred = self._reranking.answering.barred
        named: list[NDArray[np.int32]] = []
        for question in questions:
            named += (question.context, rows_of(question.circumstances), barred(question))
        ends = np.cumsum([len(part) for part in named]).reshape(-1, 3)
        readings = [question.reading for question in questions]
        return Asked(
            np.array([reading[2] for reading in readings], dtype=np.int64),
            np.array([reading[4] for reading in readings], dtype=np.int64),
            np.array([draw.slots for draw in draws], dtype=np.int64),
            np.array([draw[1:3] for draw in draws], dtype=np.float64),
            np.array([draw.seed for draw in draws], dtype=np.uint64),
            np.concatenate(named),
            ends,
        )


def _of_each(out: Slots) -> list[tuple[int, int, Filled]]:
    """Return of each question: length of the history, count of candidates, filled slots."""
    counts = zip(out.history.tolist(), out.candidates.tolist(), out.filled.tolist(), strict=True)
    each = []
    for n, (length, candidates, count) in enumerate(counts):
        scores = out.scores[n, :count]
        chosen = Candidates(None, out.items[n, :count], scores)
        slots = Filled(chosen, _PLACES[:count], out.propensities[n, :count], scores)
        each.append((length, candidates, slots))
    return each
