"""The answering half of the pipeline: context, candidates, scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue import Catalogue
from headwater_server.engine.models import Models
from headwater_server.engine.ranking import Ranking
from headwater_server.engine.requests import RecommendRequest
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.visitors import History

_NO_ITEMS = np.zeros(0, dtype=np.int32)


class Answering:
    """Reads models and catalogue; whatever it is asked, neither changes."""

    def __init__(
        self, models: Models, catalogue: Catalogue, retriever: Retriever, ranking: Ranking
    ) -> None:
        self.models = models
        self.catalogue = catalogue
        self.retriever = retriever
        self.ranking = ranking

    def with_context(self, history: History, request: RecommendRequest) -> History:
        """Return the history as if the visitor had just looked at the context items."""
        context = self._known(request.context_item_ids)
        if len(context) == 0:
            return history
        rest = ~np.isin(history.items, context)
        n = len(context)
        return replace(
            history,
            items=np.concatenate((context, history.items[rest])),
            ages_s=np.concatenate((np.zeros(n), history.ages_s[rest])),
            touches=np.concatenate((np.ones(n, dtype=np.int32), history.touches[rest])),
            in_session=np.concatenate((np.ones(n, dtype=np.bool_), history.in_session[rest])),
            session_length=n + int(history.in_session[rest].sum()),
            gap_s=0.0,
        )

    def _known(self, item_ids: tuple[str, ...]) -> NDArray[np.int32]:
        if not item_ids:
            return _NO_ITEMS
        numbers = (self.catalogue.number(item_id) for item_id in dict.fromkeys(item_ids))
        return np.array([n for n in numbers if n is not None], dtype=np.int32)

    def candidates(
        self, request: RecommendRequest, history: History, now_ms: int
    ) -> tuple[Sequence[str] | None, NDArray[np.int32]]:
        """Return what may be shown: the caller's list with its ids, or retrieval's and None."""
        barred = self._known(request.exclude_item_ids + request.context_item_ids)
        if request.candidate_item_ids:
            return self._given(request, history, now_ms)
        items = self.retriever.retrieve(history, barred, now_ms)
        if len(items) < request.page_size:
            items = self._filled(items, barred, history, now_ms)
        return None, items

    def ids(
        self, given: Sequence[str] | None, items: NDArray[np.int32], rows: NDArray[np.int64]
    ) -> list[str]:
        """Return the ids of the candidates in ``rows``."""
        if given is not None:
            return [given[row] for row in rows.tolist()]
        return [self.catalogue.ids[item] for item in items[rows].tolist()]

    def _given(
        self, request: RecommendRequest, history: History, now_ms: int
    ) -> tuple[list[str], NDArray[np.int32]]:
        """Return the caller's list, each once; an unknown item is ranked as one untouched."""
        excluded = set(request.exclude_item_ids)
        unknown = self.catalogue.spare_row
        ids, items = [], []
        for item_id in dict.fromkeys(request.candidate_item_ids):
            number = self.catalogue.number(item_id)
            if item_id not in excluded and (
                number is None or self.catalogue.may_show(number, now_ms)
            ):
                ids.append(item_id)
                items.append(unknown if number is None else number)
        return ids, self.retriever.given(history, np.array(items, dtype=np.int32))

    def _filled(
        self, items: NDArray[np.int32], barred: NDArray[np.int32], history: History, now_ms: int
    ) -> NDArray[np.int32]:
        """Fill up, for a small or silent shop, with whatever else may be shown, oldest first."""
        shown = self.catalogue.shown(now_ms)
        for left_out in (items, barred, history.refused, history.items[:1]):
            shown[left_out] = False
        more = np.flatnonzero(shown)[: self.retriever.room - len(items)].astype(np.int32)
        self.retriever.add_popular(more)
        return np.concatenate((items, more))

    def scores(self, history: History, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return float64[n] scores; what is not finite is worst."""
        if len(items) == 0:
            return np.zeros(0)
        scores = self.ranking.score(*self.ranking.describe(history, items), items)
        return np.where(np.isfinite(scores), scores, -1e9)
