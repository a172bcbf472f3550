"""One kernel from a visitor's rows to the slots: history, candidates, scores, draw."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.exploration.plackett_luce import fill_slots
from headwater_server.engine.ranking.arrays import shown_when, statistics_after, tables_after
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.engine.ranking.describing import describe_items, describe_visitor
from headwater_server.engine.ranking.holding import Holding
from headwater_server.engine.ranking.list_scores import list_scores
from headwater_server.engine.reranking.candidates import Candidates, Question
from headwater_server.engine.retrieval.gathering import Visitor, find, propose, select_proposed
from headwater_server.engine.retrieval.variants import best_of_groups, leave_out_groups
from headwater_server.engine.visitors.reading import read_asking
from headwater_server.models.ranker.network import score_items


class Draw(NamedTuple):
    """How slots are drawn by score, as in `plackett_luce.draw_slate`; ``slots`` 0: not at all."""

    slots: int
    epsilon: float
    temperature: float
    seed: np.uint64


_ALL = np.zeros(0, dtype=np.bool_)
NO_DRAW = Draw(0, 0.0, 1.0, np.uint64(0))


class Drawn(NamedTuple):
    """The rows of the candidates in the slots, their propensities, and their scores."""

    rows: NDArray[np.int64]
    propensities: NDArray[np.float64]
    scores: NDArray[np.float64]


@njit(cache=True)
def _drawn(scores, draw):
    """Return (rows, propensities) of the slots."""
    count = min(draw.slots, len(scores))
    rows, propensities = np.empty(count, dtype=np.int64), np.empty(count)
    if count > 0:
        fill_slots(scores, count, draw.epsilon, draw.temperature, draw.seed, rows, propensities)
    return rows, propensities


@njit(cache=True)
def answer(arrays, present, tables, who, asked, barred, shown_at, is_scored, draw):
    """Return (int32[n] candidates, scores, length of the history, rows, propensities, scores).

    The last three are those of the slots. ``who`` is (rows of visitor and account, seconds now, key
    of the session); ``asked`` the context items, and the circumstances' rows. Without scores there
    are no slots. With slots, the candidates have at most ``present.variants`` of a group. In any
    case none is in a group of what is barred, refused or just viewed.
    """
    profiles = arrays.last_s, arrays.session_start_s, arrays.session_keys
    rows, now_s, session = who
    reading = arrays.histories, profiles, rows, now_s, session, present.gap_s
    items, ages_s, counts, flags, refused, length, gap_s = read_asking(reading, asked[0])
    visitor = Visitor(items, ages_s, counts, flags, refused, asked[1])
    find(tables, visitor)
    propose(tables, visitor)
    if present.variants >= 0:
        named = np.concatenate((barred, refused, items[:1]))
        leave_out_groups(tables.evidence, arrays.groups, named)
    found = select_proposed(tables, visitor, barred, shown_at)
    scores = np.empty(0)
    if is_scored and len(arrays.biases) > 0:
        times, rate = present.times, present.repeat_rate
        statistics = statistics_after(arrays, times, present.events, rate, length, gap_s)
        features = describe_items(tables, statistics, items, found)
        context = describe_visitor(statistics, items)
        network = arrays.biases, arrays.moments, arrays.weights[0]
        scores = score_items(features, context, found, *network)
        scores = list_scores(arrays, tables, items, found, scores)
        if present.variants > 0 and draw.slots > 0:
            kept = best_of_groups(arrays.groups[found], scores, present.variants)
            found, scores = found[kept], scores[kept]
    chosen, propensities = _drawn(scores, draw)
    return found, scores, len(items), chosen, propensities, scores[chosen]


@njit(cache=True, nogil=True)
def answer_one(arrays, present, who, asked, barred, shown, is_scored, draw):
    """Do that for one question; ``shown`` is (time in ms, which items pass, empty: all)."""
    tables = tables_after(arrays, present, 0, present.mass)
    shown_at = shown_when(arrays, present, *shown)
    return answer(arrays, present, tables, who, asked, barred, shown_at, is_scored, draw)


class Answering:
    """Finds and scores the candidates of a question, and draws the slots if nothing else does."""

    def __init__(self, scoring: CandidateScoring, holding: Holding) -> None:
        self.scoring = scoring
        self.holding = holding

    def candidates(
        self, question: Question, draw: Draw = NO_DRAW, ranker: str = ""
    ) -> tuple[Candidates, Drawn | None]:
        """Return what may be shown, and the slots, None if they are still to be drawn.

        ``ranker``: the name of the one that scores, "" for the champion.
        """
        request, scoring = question.request, self.scoring.by(ranker)
        if request.candidate_item_ids:
            args = request, question.history, question.hidden, question.now_ms
            return Candidates(*scoring.given(*args)), None
        barred = self.barred(question)
        items, scores, length, *drawn = self._answer(question, barred, draw, is_scored=not ranker)
        question.history_length = length
        if len(scores) < len(items):  # the ranker is no network, or not the champion
            scores = scoring.scores(question.history, items)
        if len(items) < scoring.enough(request):
            found, history = (items, scores), question.history
            items, scores = scoring.refilled(request, history, barred, question.now_ms, found)
        elif draw.slots and len(drawn[0]):
            return Candidates(None, items, scores), Drawn(*drawn)
        return Candidates(None, items, scores), None

    def found(self, question: Question, *, by_group: bool = True) -> NDArray[np.int32]:
        """Return what may be shown, without scores; ``by_group``: no variant of what may not be."""
        found: NDArray[np.int32]
        args = question, self.barred(question), NO_DRAW
        found, *_ = self._answer(*args, is_scored=False, by_group=by_group)
        return found

    def barred(self, question: Question) -> NDArray[np.int32]:
        """Return the items that may not be shown: hidden, excluded, or just viewed."""
        request = question.request
        if not (request.exclude_item_ids or request.context_item_ids):
            return question.hidden
        named = self.scoring.known(request.exclude_item_ids + request.context_item_ids)
        return np.concatenate((named, question.hidden))

    def _answer(
        self,
        question: Question,
        barred: NDArray[np.int32],
        draw: Draw,
        *,
        is_scored: bool,
        by_group: bool = True,
    ) -> Any:
        scoring, text = self.scoring, question.request.filter
        passing = scoring.masks.shown(text) if text else _ALL
        circumstances = scoring.models.circumstances.rows(question.circumstances)
        _, _, rows, now_s, session, _ = question.reading
        arrays, present = self.holding.begin()
        return answer_one(
            arrays,
            present if by_group else present._replace(variants=-1),
            (rows, now_s, session),
            (question.context, circumstances),
            barred,
            (question.now_ms, passing),
            is_scored,
            draw,
        )
