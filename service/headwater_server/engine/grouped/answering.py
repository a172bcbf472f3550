"""Which questions one kernel answers together, and their slots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.grouped.kernel import Asked, Slots, answer_all
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.engine.reranking.answering import Draw
from headwater_server.engine.reranking.candidates import Question
from headwater_server.engine.reranking.reranker import Reranking

_NOTHING_NAMED = np.zeros(0, dtype=np.int32)
_HALF, _WHOLE = 1 << 63, 1 << 64


class Drawn(NamedTuple):
    """The slots of one question, as they are when it is asked alone."""

    items: NDArray[np.int32]
    scores: NDArray[np.float64]
    propensities: NDArray[np.float64]


class GroupedAnswering:
    """Answers plain questions together, also one alone; it only reads, and has no state."""

    def __init__(self, reranking: Reranking) -> None:
        self._reranking = reranking

    def slots(
        self, questions: Sequence[Question], settings: Sequence[AnswerSettings]
    ) -> list[Drawn | None]:
        """Return the slots of each question, None for one that needs more than the kernel.

        Each has its own settings, and all have the same time.
        """
        plain_draw = self._reranking.plain_draw
        draws = [*map(plain_draw, questions, settings)]
        plain = [n for n, draw in enumerate(draws) if draw.slots]
        if len(plain) == len(questions):
            return self._drawn(questions, draws)
        slots: list[Drawn | None] = [None] * len(questions)
        if plain:
            some = self._drawn([questions[n] for n in plain], [draws[n] for n in plain])
            for n, drawn in zip(plain, some, strict=True):
                slots[n] = drawn
        return slots

    def _drawn(self, questions: Sequence[Question], draws: Sequence[Draw]) -> list[Drawn | None]:
        out = Slots.empty(len(questions), max([draw.slots for draw in draws]))
        answer_all(
            *self._reranking.answering.holding.begin(len(questions)),
            self._asked(questions, draws),
            (questions[0].reading[3], questions[0].now_ms),
            out,
        )
        return _of_each(questions, out)

    def _asked(self, questions: Sequence[Question], draws: Sequence[Draw]) -> Asked:
        """Return the questions by column."""
        rows_of = self._reranking.scoring.models.circumstances.rows
        known: dict[tuple[str, ...], NDArray[np.int32]] = {}  # few differ
        barred = self._reranking.answering.barred
        named: list[NDArray[np.int32]] = []
        numbers, tempers, end = [], [], 0
        for question, draw in zip(questions, draws, strict=True):
            _, _, (visitor, account), _, session, _ = question.reading
            seed = int(draw.seed)
            row = [visitor, account, session, draw.slots, seed if seed < _HALF else seed - _WHOLE]
            under = question.circumstances
            if under not in known:
                known[under] = rows_of(under)
            for part in (question.context, known[under], barred(question)):
                if len(part):
                    named.append(part)
                    end += len(part)
                row.append(end)
            numbers.append(row)
            tempers.append((draw.epsilon, draw.temperature))
        return Asked(
            np.array(numbers, dtype=np.int64),
            np.array(tempers, dtype=np.float64),
            np.concatenate(named) if named else _NOTHING_NAMED,
        )


def _of_each(questions: Sequence[Question], out: Slots) -> list[Drawn | None]:
    each: list[Drawn | None] = []
    for n, (candidates, length, count) in enumerate(out.counts.tolist()):
        question = questions[n]
        question.history_length = length
        if candidates < question.request.page_size:  # more are needed
            each.append(None)
        else:
            each.append(
                Drawn(out.items[n, :count], out.scores[n, :count], out.propensities[n, :count])
            )
    return each
