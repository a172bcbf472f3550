"""Ranking: named features of candidates, and their scores in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.ablation import columns_of
from headwater_server.engine.features import features
from headwater_server.engine.models import Models
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.evidence import Evidence


class Ranking:
    """Reads the evidence of the latest retrieval; it has no state."""

    def __init__(self, models: Models, evidence: Evidence) -> None:
        self.models = models
        self.evidence = evidence
        self._gone: tuple[list[int], list[int]] = ([], [])

    def leave_out(self, names: tuple[str, ...]) -> None:
        """Set the features of these names to 0 from now on."""
        self._gone = (
            columns_of(names, features.ITEM_FEATURES, context=False),
            columns_of(names, features.CONTEXT_FEATURES, context=True),
        )

    def describe(
        self, history: History, items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (float32[n, features] of ``items``, float32[context]) for this history."""
        models, scratch = self.models, self.evidence.scratch
        similarities = np.empty((len(items), 5), dtype=np.float32)
        models.content.accumulate(items, scratch, similarities[:, :3])
        models.words.accumulate(items, similarities[:, 3:])
        counts, events = models.activity.counts, models.activity.events
        rows = features.empty_features(len(items))
        features.item_features(
            items,
            scratch,
            similarities,
            counts,
            *_read(models.by_event),
            *_read(models.by_day),
            *_read(models.starts),
            (float(events), models.activity.repeat_rate),
            rows,
        )
        context = self._context(history, counts, events)
        rows[:, self._gone[0]] = 0.0
        context[self._gone[1]] = 0.0
        return rows, context

    def _context(self, history: History, counts: Any, events: int) -> NDArray[np.float32]:
        context = np.empty(len(features.CONTEXT_FEATURES), dtype=np.float32)
        length, session = float(len(history.items)), float(history.session_length)
        args = (history.items, length, session, history.gap_s, counts, float(events), context)
        features.context_features(*args)
        return context

    def score(
        self, rows: NDArray[np.float32], context: NDArray[np.float32], items: NDArray[np.int32]
    ) -> NDArray[np.float64]:
        """Return float64[n] scores; higher is better."""
        scores = self.models.ranker.score_many(rows, context, items)
        return np.asarray(scores, dtype=np.float64)


def _read(popularity: Any) -> tuple[Any, Any]:
    return popularity.stored, popularity.fading()
