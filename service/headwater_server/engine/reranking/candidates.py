"""The input of re-ranking: the request, and the candidates with their scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import bandit, thompson
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.ranking import objectives
from headwater_server.engine.ranking.candidate_scoring import REFILL, CandidateScoring
from headwater_server.engine.ranking.most_popular import Allowed
from headwater_server.engine.ranking.objective_names import ACTS
from headwater_server.engine.reranking.rules import Boost, Bury
from headwater_server.engine.retrieval.variants import best_of_groups
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.visitors.reading import read_asking
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.probability.probability import buckets
from headwater_server.models.probability.probit import log_normal_cdf

_NO_ITEMS = np.zeros(0, dtype=np.int32)


class Question:
    """A request with who asks, what is hidden from them, and the time.

    ``reading`` is what `Visitors.reading` returns; ``context`` the numbers of the items that count
    as just viewed. Most questions are answered in one kernel, and need no history of their own.
    """

    __slots__ = (
        "_history", "_length", "circumstances", "context", "hidden", "now_ms", "reading", "request",
    )  # fmt: skip

    def __init__(
        self,
        request: RecommendRequest,
        now_ms: int,
        reading: tuple[Any, ...],
        context: NDArray[np.int32],
        circumstances: tuple[str, ...],
        hidden: NDArray[np.int32],
    ) -> None:
        self.request = request
        self.now_ms = now_ms
        self.reading = reading
        self.context = context
        self.circumstances = circumstances
        self.hidden = hidden
        self._history: History | None = None
        self._length = -1

    def about(self, request: RecommendRequest) -> Question:
        """Return another request of the same visitor, about the same items at the same time."""
        fields = self.now_ms, self.reading, self.context, self.circumstances, self.hidden
        other = Question(request, *fields)
        other._history, other._length = self._history, self._length
        return other

    @property
    def history(self) -> History:
        """The history of who asks, with the context items on top."""
        if self._history is None:
            fields = read_asking(self.reading, self.context)
            self._history = History(*fields)._replace(circumstances=self.circumstances)
        return self._history

    @property
    def history_length(self) -> int:
        """The number of items in the history."""
        return self._length if self._length >= 0 else len(self.history.items)

    @history_length.setter
    def history_length(self, length: int) -> None:
        """Note the number when a kernel has read the history."""
        self._length = length


class Candidates(NamedTuple):
    """Items and their scores; ``given``: the caller's ids, if the caller sent the list."""

    given: Sequence[str] | None
    items: NDArray[np.int32]
    scores: NDArray[np.float64]


class Pool:
    """The candidates of one request, to which more of the shop's items can be added."""

    def __init__(
        self,
        scoring: CandidateScoring,
        question: Question,
        candidates: Candidates,
        asked: tuple[Any, Any, NDArray[np.int64]] | None = None,
    ) -> None:
        """``asked``: what `rows` found for these candidates."""
        self.scoring = scoring
        self.question = question
        self.candidates = candidates
        self._asked = asked

    @property
    def items(self) -> NDArray[np.int32]:
        """The numbers of the candidates, added ones last."""
        return self.candidates.items

    def about(self, question: Question) -> Self:
        """Return the same candidates for another question, of the same visitor at that time."""
        return type(self)(self.scoring, question, self.candidates, self._asked)

    def rows(self, item_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return int64[n]: the candidates' rows of these ids, -1 for one that is none."""
        asked = self._asked
        if asked is None or asked[0] is not item_ids or asked[1] is not self.candidates:
            asked = self._asked = item_ids, self.candidates, self._rows(item_ids)
        return asked[2]

    def _rows(self, item_ids: Sequence[str]) -> NDArray[np.int64]:
        given = self.candidates.given
        if given is not None:
            of = {item_id: row for row, item_id in enumerate(given)}
            return np.array([of.get(one, -1) for one in item_ids], dtype=np.int64)
        number, rows = self.scoring.catalogue.number, np.full(len(item_ids), -1, dtype=np.int64)
        numbers = [-1 if n is None else n for n in map(number, item_ids)]
        places, columns = np.nonzero(np.array(numbers, dtype=np.int32)[:, None] == self.items)
        rows[places] = columns
        return rows

    def passing(self, text: str, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``items`` pass; unknown items never do."""
        passing = self.scoring.passing(text, items)
        return passing & (items != self.scoring.catalogue.spare_row) if text else passing

    def lifts(self, strengths: Sequence[Boost | Bury], temperature: float) -> NDArray[np.float64]:
        """Return float64[n]: the sum that rules add to each candidate's score."""
        lifts = np.zeros(len(self.items))
        for rule in strengths:
            by = rule.by + temperature * np.log(rule.times)
            lifts[self.passing(rule.filter, self.items)] += by if isinstance(rule, Boost) else -by
        return lifts

    def worth(self, settings: EngineSettings) -> NDArray[np.float64] | None:
        """Return float64[n]: what the objective adds to each candidate's score; None: nothing."""
        objective = bandit.objective_of(self.question.request, settings)
        if objective == ACTS:
            return None
        return objectives.lifts(self.scoring.models, self.candidates.items, objective)

    def values(self, settings: EngineSettings) -> NDArray[np.float64]:
        """Return float64[n]: the scores, with what the objective adds."""
        worth, scores = self.worth(settings), self.candidates.scores
        return scores if worth is None else scores + worth

    def scores(self, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return float64[n]: the scores of ``items``, which must have a row of evidence."""
        return self.scoring.scores(self.question.history, items)

    def join(self, items: NDArray[np.int32]) -> None:
        """Add candidates, which must have a row of evidence."""
        scores = self.scores(items)
        self.candidates = Candidates(
            self.candidates.given,
            np.concatenate((self.items, items)),
            np.concatenate((self.candidates.scores, scores)),
        )

    def sampled(
        self, settings: EngineSettings, draws: int = thompson.DRAWS
    ) -> NDArray[np.float64] | None:
        """Return draws of each candidate's value; None under a policy without such draws."""
        request, head = self.question.request, self.scoring.models.probability
        if not thompson.applies(head, request, settings):  # before the history is read
            return None
        history, worth = self.question.history, self.worth(settings)
        sampled = thompson.sampled_scores(
            head, self.candidates.scores, self.items, history, request, settings, draws
        )
        if worth is None or sampled is None:
            return sampled
        tokens = buckets(history.circumstances)
        return log_normal_cdf(sampled + head.shared_mean(tokens)) + worth

    def as_choice(self, settings: EngineSettings) -> tuple[Self, EngineSettings]:
        """Return the pool and the settings with which slots are drawn: those of a list as given.

        One of few given items is drawn by the chance to be the best, which replaces its score.
        """
        question, candidates = self.question, self.candidates
        request = question.request
        if candidates.given is None or not bandit.applies(request, settings):
            return self, settings
        context = bandit.context_of(request.context, question.circumstances)
        ranked = candidates.scores if question.history_length else None
        model = self.scoring.models.bandit
        args = model, candidates.given, context, ranked, settings
        scores = bandit.scores_of(*args, explore=request.explore)
        other = self.about(question)
        other.candidates = candidates._replace(scores=scores)
        return other, bandit.drawing_settings(settings)

    def may_join(self, item: int) -> bool:
        """Return whether the catalogue and the request allow an item."""
        question, catalogue = self.question, self.scoring.catalogue
        request, now_ms, barred = question.request, question.now_ms, self._barred()
        if request.candidate_item_ids or item in barred.tolist():
            return False
        one = np.array([item], dtype=np.int32)
        if not self.scoring.groups.are_apart(one, barred)[0]:
            return False
        return bool((catalogue.shown(one, now_ms) & self.passing(request.filter, one))[0])

    def rest(self) -> NDArray[np.int32]:
        """Return all items that may be shown and are no candidates."""
        text = self.question.request.filter
        return self.scoring.by_popularity.all_allowed(text, self._is_rest())

    def join_popular(self, are_full: Allowed) -> bool:
        """Add the most popular items that may be shown, are no candidates, and are not full.

        Return whether there is any.
        """
        is_rest = self._is_rest()
        text = self.question.request.filter
        more = self.scoring.most_popular(
            text, lambda items: is_rest(items) & ~are_full(items), REFILL
        )
        self.join(self.scoring.groups.first(more, self.items))
        return len(more) > 0

    def _is_rest(self) -> Allowed:
        question = self.question
        barred = np.concatenate((self._barred(), question.history.items[:1]))
        return self.scoring.allowed(barred, question.now_ms, self.items)

    @property
    def is_by_group(self) -> bool:
        """Whether a list has only some variants of a product; a list of the caller's has all."""
        return self.candidates.given is None and self.scoring.groups.limit > 0

    def limit_variants(
        self, values: NDArray[np.float64], first: NDArray[np.int32] = _NO_ITEMS
    ) -> bool:
        """Keep the variants of each product that are worth most, those among ``first`` before all.

        Return whether any candidate is gone.
        """
        if not self.is_by_group:
            return False
        groups, items = self.scoring.groups, self.items
        if len(first):
            values = np.where(np.isin(items, first), np.inf, values)
        rows = best_of_groups(groups.of[items], values, groups.limit)
        if len(rows) == len(items):
            return False
        self.candidates = Candidates(None, items[rows], self.candidates.scores[rows])
        return True

    def fill_up(self) -> None:
        """Add popular items until there are as many as a list needs; nothing is full."""
        request, history = self.question.request, self.question.history
        barred = np.concatenate((self._barred(), history.items[:1]))
        found = self.items, self.candidates.scores
        args = request, history, barred, self.question.now_ms, found
        if len(self.items) < self.scoring.enough(request):
            self.candidates = Candidates(None, *self.scoring.refilled(*args, self.scores))

    def _barred(self) -> NDArray[np.int32]:
        request = self.question.request
        named = self.scoring.known(request.exclude_item_ids + request.context_item_ids)
        return np.concatenate((named, self.question.hidden, self.question.history.refused))
