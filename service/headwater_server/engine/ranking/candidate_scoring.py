"""From a request to scored candidates: context, candidates, scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Self

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.catalogue.fields.groups import Groups
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.filter_masks import FilterMasks
from headwater_server.engine.ranking.membership import are_not_in
from headwater_server.engine.ranking.most_popular import Allowed, MostPopular
from headwater_server.engine.ranking.ranking import Described, Ranking
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.visitors.visitors import History

REFILL = 100
"""Candidates of a request with a filter, if as many items pass."""
_NO_ITEMS = np.zeros(0, dtype=np.int32)


class CandidateScoring:
    """Finds and scores the candidates of a request; it only reads models and catalogue."""

    def __init__(
        self, models: Models, catalogue: Catalogue, retriever: Retriever, ranking: Ranking
    ) -> None:
        self.models = models
        self.catalogue = catalogue
        self.retriever = retriever
        self.ranking = ranking
        self.masks = FilterMasks(catalogue)
        counted = retriever.popular.counted
        self.by_popularity = MostPopular(models.by_event, catalogue, self.masks, counted)

    def by(self, ranker: str) -> Self:
        """Return the same with the scores of the ranker of this name; "": of the champion."""
        if not ranker:
            return self
        other = copy(self)
        other.ranking = self.ranking.by(ranker)
        return other

    def known(self, item_ids: tuple[str, ...]) -> NDArray[np.int32]:
        """Return the numbers of the known ids, each once."""
        if not item_ids:
            return _NO_ITEMS
        numbers = map(self.catalogue.number, dict.fromkeys(item_ids))
        return np.array([n for n in numbers if n is not None], dtype=np.int32)

    def refilled(
        self,
        request: RecommendRequest,
        history: History,
        excluded: NDArray[np.int32],
        now_ms: int,
        found: tuple[NDArray[np.int32], NDArray[np.float64]],
        scores_of: Callable[[NDArray[np.int32]], NDArray[np.float64]] | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return ``found`` (items, scores) with popular items, as many as a list needs.

        None of them is ``excluded``, refused, or just viewed, or a variant of such an item; and no
        group has more of them, with those found, than a list may have. ``scores_of`` scores them;
        None: the ranker does.
        """
        score = scores_of or (lambda some: self.scores(history, some))
        items, scores = found
        barred = np.concatenate((excluded, history.refused, history.items[:1]))
        while (count := self.enough(request) - len(items)) > 0:
            allowed = self.allowed(barred, now_ms, items)
            first = self.most_popular(request.filter, allowed, count)
            more = self.groups.first(first, items)
            items = np.concatenate((items, more))
            scores = np.concatenate((scores, score(more)))
            if len(first) < count:
                break
        return items, scores

    def enough(self, request: RecommendRequest) -> int:
        """Return with how many candidates a request needs no popular ones beside them."""
        return max(request.page_size, REFILL) if request.filter else request.page_size

    @property
    def groups(self) -> Groups:
        """The group of each item."""
        return self.catalogue.columns.groups

    def passing(self, text: str, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``items`` pass a filter, all of them with ""."""
        if not text:
            return np.ones(len(items), dtype=np.bool_)
        return self.masks.passing(text).has(items)

    def ids(
        self, given: Sequence[str] | None, chosen: NDArray[np.int32], rows: NDArray[np.int64]
    ) -> list[str]:
        """Return the ids of the ``chosen`` candidates; ``rows`` are their places on the list."""
        if given is not None:
            return [given[row] for row in rows.tolist()]
        ids = self.catalogue.ids
        return [ids[item] for item in chosen.tolist()]

    def given(
        self,
        request: RecommendRequest,
        history: History,
        hidden: NDArray[np.int32],
        now_ms: int,
    ) -> tuple[Sequence[str], NDArray[np.int32], NDArray[np.float64]]:
        """Return the caller's items, each once: ids, numbers, scores.

        No ``hidden`` item is kept, and no variant of such a one or of an excluded one; all variants
        that are left are. An unknown item ranks as without interactions.
        """
        excluded = {*request.exclude_item_ids, *request.context_item_ids}
        wanted = [i for i in dict.fromkeys(request.candidate_item_ids) if i not in excluded]
        spare = self.catalogue.spare_row
        numbers = [self.catalogue.number(item_id) for item_id in wanted]
        items = np.array([spare if n is None else n for n in numbers], dtype=np.int32)
        known = items != spare
        # an unknown item passes no filter, but may be ranked
        kept = np.full(len(items), not request.filter)
        kept[known] = self._may_be_given(request, items[known], hidden, now_ms)
        ids = [item_id for item_id, keep in zip(wanted, kept.tolist(), strict=True) if keep]
        given = self.ranking.given(history, items[kept])
        return ids, given.items, self.scored(history, given)

    def _may_be_given(
        self,
        request: RecommendRequest,
        items: NDArray[np.int32],
        hidden: NDArray[np.int32],
        now_ms: int,
    ) -> NDArray[np.bool_]:
        shown = self.catalogue.shown(items, now_ms) & are_not_in(items, hidden)
        if self.groups.are_used:
            barred = np.concatenate((hidden, self.known(request.exclude_item_ids)))
            shown &= self.groups.are_apart(items, barred)
        return shown & self.passing(request.filter, items)

    def allowed(
        self, barred: NDArray[np.int32], now_ms: int, present: NDArray[np.int32] = _NO_ITEMS
    ) -> Allowed:
        """Return a test of items: in time, neither ``barred`` nor ``present``, and of other groups.

        Of the groups of ``present`` there may be as many as a list may have.
        """
        catalogue, groups = self.catalogue, self.groups
        named = np.concatenate((present, barred)) if len(present) else barred
        if not groups.are_used:
            return lambda items: catalogue.in_time(items, now_ms) & are_not_in(items, named)
        return lambda items: (
            catalogue.in_time(items, now_ms)
            & are_not_in(items, named)
            & groups.are_apart(items, barred)
            & groups.with_room(items, present)
        )

    def most_popular(self, text: str, allowed: Allowed, count: int) -> NDArray[np.int32]:
        """Return, and propose, the ``count`` most popular available items that pass a filter.

        For a narrow filter, a small shop, or caps that leave too few.
        """
        more = self.by_popularity.among(text, allowed, count)
        self.retriever.add_popular(more)
        return more

    def scores(self, history: History, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return float64[n] scores of ``items`` that have evidence from the present request."""
        return self.scored(history, self.ranking.describe(history, items))

    def scored(self, history: History, described: Described) -> NDArray[np.float64]:
        """Return the scores: the ranker's; for a stranger with all popularities."""
        scores = self.ranking.score(described)
        if self.ranking.is_one_of_many(history):
            return self.models.strangers.scores(described.items, scores)
        return scores
