"""Ranking: candidates with their named features, and their scores in one pass."""

from __future__ import annotations

from copy import copy
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.ablation import columns_of
from headwater_server.engine.features import features
from headwater_server.engine.models import Models
from headwater_server.engine.ranking import describing
from headwater_server.engine.ranking.describing import Statistics
from headwater_server.engine.retrieval.gathering import FROM_STRANGERS
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.ranker.ranker import ListwiseRanker


class Described(NamedTuple):
    """Items with float32[n, features], and float32[context] of the visitor."""

    items: NDArray[np.int32]
    rows: NDArray[np.float32]
    context: NDArray[np.float32]


class Ranking:
    """Finds items, describes and scores them; it has no state."""

    def __init__(self, models: Models, retriever: Retriever) -> None:
        self.models = models
        self.retriever = retriever
        self.name = ""
        self.leave_out(())

    def by(self, name: str) -> Self:
        """Return the same with the scores of the ranker of this name; "": of the champion."""
        other = copy(self)
        other.name = name
        return other

    @property
    def ranker(self) -> Any:
        """The ranker that scores."""
        return self.models.rankers[self.name] if self.name else self.models.ranker

    def is_one_of_many(self, history: History) -> bool:
        """Return whether others score beside this ranker: for strangers, beside a kernel's."""
        is_kernel = isinstance(self.ranker, ListwiseRanker)
        is_on = bool(self.retriever.on & FROM_STRANGERS)
        return is_on and is_kernel and len(history.items) == 0

    def leave_out(self, names: tuple[str, ...]) -> None:
        """Set the features of these names to 0 from now on."""
        items = columns_of(names, features.ITEM_FEATURES, context=False)
        context = columns_of(names, features.CONTEXT_FEATURES, context=True)
        self.gone = np.array(items, dtype=np.int64), np.array(context, dtype=np.int64)

    @property
    def same(self) -> tuple[Any, ...]:
        """What no act changes: columns that are left out, and the shop's own features."""
        return *self.gone, self.models.own_values.own

    def statistics(self, history: History | None = None) -> Statistics:
        """Return what features read beside the evidence, as kernels take it.

        None: the kernel reads the history itself.
        """
        models, activity = self.models, self.models.activity
        return Statistics(
            activity.counts,
            _read(models.by_event),
            _read(models.by_day),
            _read(models.starts),
            float(activity.events),
            activity.repeat_rate,
            float(history.session_length) if history else 0.0,
            history.gap_s if history else 0.0,
            *self.same,
        )

    def given(self, history: History, items: NDArray[np.int32]) -> Described:
        """Describe the caller's own ``items``, with the evidence that all sources write."""
        retriever = self.retriever
        args = retriever.begin(), self.statistics(history), retriever.visitor(history)
        features, context = describing.given(*args, items)
        return Described(items, features.T, context)

    def describe(self, history: History, items: NDArray[np.int32]) -> Described:
        """Describe ``items`` that have evidence from the present request."""
        args = self.retriever.tables, self.statistics(history), history.items
        features, context = describing.describe(*args, items)
        return Described(items, features.T, context)

    def score(self, described: Described) -> NDArray[np.float64]:
        """Return float64[n] scores; higher is better, and what is not finite becomes the lowest."""
        items, rows, context = described
        scores = self.ranker.score_many(rows, context, items)
        return np.asarray(scores, dtype=np.float64)


def _read(popularity: Any) -> tuple[Any, Any]:
    return popularity.stored, popularity.fading()
