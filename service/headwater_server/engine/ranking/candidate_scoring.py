"""From a request to scored candidates: context, candidates, scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.filter_masks import FilterMasks
from headwater_server.engine.ranking.membership import are_not_in
from headwater_server.engine.ranking.most_popular import Allowed, MostPopular
from headwater_server.engine.ranking.ranking import Ranking
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
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return ``found`` (items, scores) with popular items, as many as a list needs.

        None of them is ``excluded``, refused, or just viewed.
        """
        items, scores = found
        barred = np.concatenate((items, excluded, history.refused, history.items[:1]))
        count = self.enough(request) - len(items)
        more = self.most_popular(request.filter, self.allowed(barred, now_ms), count)
        more_scores = self.scores(history, more)
        return np.concatenate((items, more)), np.concatenate((scores, more_scores))

    def enough(self, request: RecommendRequest) -> int:
        """Return with how many candidates a request needs no popular ones beside them."""
        return max(request.page_size, REFILL) if request.filter else request.page_size

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
        """Return the caller's items, each once: ids, numbers, scores. No ``hidden`` item is kept.

        An unknown item ranks as without interactions.
        """
        excluded = {*request.exclude_item_ids, *request.context_item_ids}
        wanted = [i for i in dict.fromkeys(request.candidate_item_ids) if i not in excluded]
        spare = self.catalogue.spare_row
        numbers = [self.catalogue.number(item_id) for item_id in wanted]
        items = np.array([spare if n is None else n for n in numbers], dtype=np.int32)
        known = items != spare
        # an unknown item passes no filter, but may be ranked
        kept = np.full(len(items), not request.filter)
        kept[known] = self._may_be_given(request.filter, items[known], hidden, now_ms)
        ids = [item_id for item_id, keep in zip(wanted, kept.tolist(), strict=True) if keep]
        given = self.ranking.given(history, items[kept])
        return ids, given.items, self.ranking.score(given)

    def _may_be_given(
        self, text: str, items: NDArray[np.int32], hidden: NDArray[np.int32], now_ms: int
    ) -> NDArray[np.bool_]:
        shown = self.catalogue.shown(items, now_ms) & are_not_in(items, hidden)
        return shown & self.passing(text, items)

    def allowed(self, barred: NDArray[np.int32], now_ms: int) -> Allowed:
        """Return a test of items: they are in time, and not among ``barred``."""
        catalogue = self.catalogue
        return lambda items: catalogue.in_time(items, now_ms) & are_not_in(items, barred)

    def most_popular(self, text: str, allowed: Allowed, count: int) -> NDArray[np.int32]:
        """Return, and propose, the ``count`` most popular available items that pass a filter.

        For a narrow filter, a small shop, or caps that leave too few.
        """
        more = self.by_popularity.among(text, allowed, count)
        self.retriever.add_popular(more)
        return more

    def scores(self, history: History, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return float64[n] scores of ``items`` that have evidence from the present request."""
        return self.ranking.score(self.ranking.describe(history, items))
