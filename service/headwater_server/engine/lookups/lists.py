"""Lists that belong to no visitor: similar items and trending items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.requests import RecommendRequest, ScoredItem
from headwater_server.engine.models import TREND_COLUMNS, Models
from headwater_server.engine.reranking.answering import Answering
from headwater_server.engine.reranking.candidates import Question
from headwater_server.engine.retrieval.leaders import Leaders
from headwater_server.engine.retrieval.variants import best_of_groups
from headwater_server.engine.visitors.visitors import History, Visitors
from headwater_server.models import evidence as ev
from headwater_server.models.popularity.popularity import Popularity

_CONTENT_WEIGHT = 3.0
_ONE_VISITOR = 2.6
"""Pairs that one visitor can make of two items, however often: by so few a lift says little."""
WINDOWS = tuple(TREND_COLUMNS)
LEAST = 1e-6
"""Items with a smaller decayed count are in no list of trending ones."""
REACHES = (500, 4_000)
"""So many items with the largest counts are looked at before all items are."""


class Lists:
    """Pure reads, over the same models and the same rules as recommendations."""

    def __init__(self, models: Models, answering: Answering, visitors: Visitors) -> None:
        self.models = models
        self.answering = answering
        self.scoring = scoring = answering.scoring
        self.visitors = visitors
        counted = scoring.retriever.popular.counted
        self._leaders = {
            window: Leaders(models.by_day, column, counted, REACHES[0])
            for window, (column, _) in TREND_COLUMNS.items()
        }

    def similar(
        self,
        item_ids: Sequence[str],
        size: int,
        filter_text: str,
        now_ms: int,
        *,
        variants: bool = False,
    ) -> tuple[ScoredItem, ...]:
        """Return items similar to the given ones; unknown ids are ignored.

        One of each product, and no variant of the given ones, unless ``variants`` are asked for.

        The score is the lift of co-visitation (zero for an item without interactions), as far as
        the pairs are more than one visitor's, plus the similarity of the words, which is 3 for an
        identical description.
        """
        items = self.scoring.known(tuple(item_ids))
        if len(items) == 0:
            return ()
        nobody = self.visitors.reading(("", ""), "", 0.0)
        request = RecommendRequest("", "", filter=filter_text)
        question = Question(request, now_ms, nobody, items, circumstances=(), hidden=items)
        found = self.answering.found(question, by_group=not variants)
        self.scoring.ranking.describe(question.history, found)  # writes how alike their words are
        evidence = self.scoring.retriever.evidence.values_of(found)
        alike = evidence[:, ev.CONTENT] / max(1e-9, self._self_similarity(question.history))
        pairs = evidence[:, ev.TOGETHER] * self._most_of_pairs(items)
        scores = evidence[:, ev.LIFT] * pairs / (pairs + _ONE_VISITOR) + _CONTENT_WEIGHT * alike
        return self._best(found[scores > 0], scores[scores > 0], size, variants=variants)

    def _most_of_pairs(self, items: NDArray[np.int32]) -> float:
        """Return what turns evidence of ``items`` into pairs; of several at most so many."""
        return 1.0 + math.sqrt(float(self.models.activity.interactions[items].max()))

    def _self_similarity(self, history: History) -> float:
        """Return the largest similarity of an item to all of them; overwrites their evidence."""
        ranking, items = self.scoring.ranking, history.items
        ranking.describe(history, items)
        return float(ranking.retriever.evidence.values_of(items)[:, ev.CONTENT].max())

    def trending(
        self, category: str, window: str, size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Return the items whose interactions exceed most the rate of a longer window.

        With p the decayed count of the window, and e the count expected from the next longer one at
        a steady rate, the score is (p - e) / sqrt(e + 1): standard deviations of a Poisson count.
        ValueError for an unknown window.
        """
        window = window or "day"
        if window not in TREND_COLUMNS:
            raise ValueError(f"window: {window!r} is none of {', '.join(WINDOWS)}")
        if category:
            catalogue = self.scoring.catalogue
            mask = catalogue.columns.in_branch("categories", [category])
            return self._risen(np.flatnonzero(mask), window, size, filter_text, now_ms)[0]
        return self._most_risen(window, size, filter_text, now_ms)

    def _most_risen(
        self, window: str, size: int, filter_text: str, now_ms: int
    ) -> tuple[ScoredItem, ...]:
        """Look at the items with the largest counts, and at more until no other can be better.

        An item's rise is never above its count, since the expected count is never below zero.
        """
        leaders, rows = self._leaders[window], len(self.scoring.catalogue.ids)
        for reach in REACHES:
            items = leaders.first(reach, rows)
            best, last = self._risen(np.sort(items), window, size, filter_text, now_ms)
            if len(items) < reach or last > self._count(int(items[-1]), window):
                return best
        counts = rises(self.models.by_day, window)[0][:rows]
        return self._risen(np.flatnonzero(counts > LEAST), window, size, filter_text, now_ms)[0]

    def _risen(
        self,
        items: NDArray[np.integer[Any]],
        window: str,
        size: int,
        filter_text: str,
        now_ms: int,
    ) -> tuple[tuple[ScoredItem, ...], float]:
        """Return the best of ``items``, which are in order, and the score of the last place."""
        catalogue, numbers = self.scoring.catalogue, items.astype(np.int32)
        shown = catalogue.shown(numbers, now_ms) & self.scoring.passing(filter_text, numbers)
        counts, scores = rises(self.models.by_day, window, numbers)
        found = shown & (counts > LEAST)
        best = self._best(numbers[found], scores[found], size)
        return best, best[-1].score if len(best) == size else -math.inf

    def _count(self, item: int, window: str) -> float:
        return float(rises(self.models.by_day, window, np.array([item], dtype=np.int32))[0][0])

    def _best(
        self,
        items: NDArray[np.int32],
        scores: NDArray[np.floating],
        size: int,
        *,
        variants: bool = False,
    ) -> tuple[ScoredItem, ...]:
        groups = self.scoring.groups
        if groups.limit > 0 and not variants:
            rows = best_of_groups(groups.of[items], scores.astype(np.float64), groups.limit)
            items, scores = items[rows], scores[rows]
        order = np.argsort(-scores, kind="stable")[:size]
        ids = self.scoring.catalogue.ids
        return tuple(ScoredItem(ids[items[row]], float(scores[row])) for row in order)


def rises(
    days: Popularity, window: str, rows: NDArray[np.int32] | slice = slice(None)
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the decayed count of each of ``rows`` in a window, and its rise; a pure read."""
    column, longer = TREND_COLUMNS[window]
    stored, fading = days.stored[rows], days.fading()
    counts = stored[:, column] * fading[column]
    share = days.half_lives[column] / days.half_lives[longer]
    expected = stored[:, longer] * fading[longer] * share
    return counts, (counts - expected) / np.sqrt(expected + 1.0)
