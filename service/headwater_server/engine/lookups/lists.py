"""Lists that belong to no visitor: what is like an item, and what is on the rise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.requests import ScoredItem
from headwater_server.engine.models import TREND_COLUMNS, Models
from headwater_server.engine.ranking.answering import Answering
from headwater_server.engine.visitors.visitors import History
from headwater_server.models import evidence as ev
from headwater_server.models.popularity.popularity import Popularity

_CONTENT_WEIGHT = 3.0
WINDOWS = tuple(TREND_COLUMNS)


class Lists:
    """Pure reads, over the same models and the same rules as recommendations."""

    def __init__(self, models: Models, answering: Answering) -> None:
        self.models = models
        self.answering = answering

    def similar(
        self, item_ids: Sequence[str], size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return items that go with, or are like, the given ones; unknown ones are passed over.

        The score is the lift of being touched together (zero for an item that nobody touched)
        plus the likeness of the words, which an identical description makes 3.
        """
        items = self.answering.known(tuple(item_ids))
        if len(items) == 0:
            return ()
        history, retriever = _looking_at(items), self.answering.retriever
        passing = self.answering.passing(filter_text)
        found = retriever.retrieve(history, items, now_ms, passing)
        likeness = np.empty((len(found), 3), dtype=np.float32)
        self.models.content.accumulate(found, retriever.evidence.scratch, likeness)
        evidence = retriever.evidence.values[found]
        alike = evidence[:, ev.CONTENT] / max(1e-9, self._self_likeness(items))
        scores = evidence[:, ev.LIFT] + _CONTENT_WEIGHT * alike
        return self._best(found[scores > 0], scores[scores > 0], size)

    def _self_likeness(self, items: NDArray[np.int32]) -> float:
        return max(self.models.content.predict(items, int(item)) for item in items)

    def trending(
        self, category: str, window: str, size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return the items whose touches rise most, above what a longer time leads to expect.

        With p the decayed count of the window, and e what the next longer one makes of it at a
        steady rate, the score is (p - e) / sqrt(e + 1): standard deviations of a Poisson count.
        ValueError for an unknown window.
        """
        if (window or "day") not in TREND_COLUMNS:
            raise ValueError(f"window: {window!r} is none of {', '.join(WINDOWS)}")
        counts, scores = rises(self.models.by_day, window or "day")
        shown = self._shown(category, filter_text, now_ms)
        found = np.flatnonzero(shown & (counts[: len(shown)] > 1e-6)).astype(np.int32)
        return self._best(found, scores[found], size)

    def _shown(self, category: str, filter_text: str, now_ms: int) -> NDArray[np.bool_]:
        catalogue = self.answering.catalogue
        shown = catalogue.shown(now_ms, self.answering.passing(filter_text))
        if category:
            shown &= catalogue.columns.holding("categories", [category])[: len(shown)]
        return shown

    def _best(
        self, items: NDArray[np.int32], scores: NDArray[np.floating], size: int
    ) -> tuple[ScoredItem, ...]:
        order = np.argsort(-scores, kind="stable")[:size]
        ids = self.answering.catalogue.ids
        return tuple(ScoredItem(ids[items[row]], float(scores[row])) for row in order)


def rises(
    days: Popularity, window: str, rows: NDArray[np.int32] | slice = slice(None)
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the decayed count of each of ``rows`` in a window, and how it rises; a pure read."""
    column, longer = TREND_COLUMNS[window]
    stored, fading = days.stored[rows], days.fading()
    counts = stored[:, column] * fading[column]
    share = days.half_lives[column] / days.half_lives[longer]
    expected = stored[:, longer] * fading[longer] * share
    return counts, (counts - expected) / np.sqrt(expected + 1.0)


def _looking_at(items: NDArray[np.int32]) -> History:
    """Return the history of somebody who looks at ``items``, and did nothing else ever."""
    n = len(items)
    return History(
        items=items,
        ages_s=np.zeros(n),
        touches=np.ones(n, dtype=np.int32),
        in_session=np.ones(n, dtype=np.bool_),
        refused=np.zeros(0, dtype=np.int32),
        session_length=n,
        gap_s=0.0,
    )
