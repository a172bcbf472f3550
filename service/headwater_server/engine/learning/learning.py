"""Learning from one interaction with an item: ranker first, then the counts."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.measures.drift import ranking_loss
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.retrieval.popular import REFRESH_EVENTS
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.splitmix import uniform

NEGATIVES = 60
MEASURE_EVENTS = 10
"""One interaction in so many is measured: a full ranking costs as much as learning."""
_NOTHING = np.zeros(0, dtype=np.int32)


@njit(cache=True)
def _sample(candidates, item, most, seed, count):
    """Return ``item`` first, then up to ``most`` other candidates drawn without replacement.

    An empty result: the item was no candidate, so there is no choice to learn from.
    """
    # The first `most` steps of Fisher and Yates. Draws are functions of the seed and the count of
    # events, so that every replica samples the same.
    pool = candidates.copy()
    n = 0
    for i in range(len(candidates)):
        if candidates[i] != item:
            pool[n] = candidates[i]
            n += 1
    if n == len(candidates) or n == 0:
        return np.empty(0, dtype=np.int32)
    most = min(most, n)
    out = np.empty(most + 1, dtype=np.int32)
    out[0] = item
    for i in range(most):
        j = i + int(uniform(seed, count * np.int64(NEGATIVES) + i) * (n - i))
        pool[i], pool[j] = pool[j], pool[i]
        out[i + 1] = pool[i]
    return out


class Learning:
    """Updates the models, with the same retrieval and features as a recommendation."""

    def __init__(
        self,
        models: Models,
        catalogue: Catalogue,
        retriever: Retriever,
        ranking: Ranking,
        progress: ProgressiveValidation,
    ) -> None:
        self.progress = progress
        self.models = models
        self.catalogue = catalogue
        self.retriever = retriever
        self.ranking = ranking

    def learn_interaction(
        self, history: History, item: int, now_ms: int, *, begins: bool, seed: int
    ) -> float:
        """Learn that a visitor with ``history`` chose ``item``; return its `ranking_loss`."""
        loss = self._rank(history, item, now_ms, seed)
        self._count(history, item, now_ms, begins=begins)
        return loss

    def _rank(self, history: History, item: int, now_ms: int, seed: int) -> float:
        """One step of the ranker: the item against negatives from the candidate list."""
        candidates = self.retriever.retrieve(history, _NOTHING, now_ms)
        if self.models.activity.events % MEASURE_EVENTS == 0:
            self._measure(history, candidates, item)
        drawn = _sample(candidates, item, NEGATIVES, seed, self.models.activity.events)
        if len(drawn) == 0:
            return ranking_loss(0.0, choices=0)
        rows, context = self.ranking.describe(history, drawn)
        chosen = np.zeros(len(drawn), dtype=np.float32)
        chosen[0] = 1.0
        loss = self.models.ranker.learn_many(rows, context, drawn, chosen, outside=False)
        return ranking_loss(loss, len(drawn))

    def _measure(self, history: History, candidates: NDArray[np.int32], item: int) -> None:
        """Record whether the best list would have contained the chosen item."""
        place = np.flatnonzero(candidates == item)
        found = False
        if len(place):
            rows, context = self.ranking.describe(history, candidates)
            scores = self.ranking.score(rows, context, candidates)
            found = bool((scores > scores[place[0]]).sum() < 20)
        self.progress.observe("hit_rate_at_20", float(found))

    def learn_refusal(self, history: History, item: int) -> None:
        """Learn that a visitor refused ``item``."""
        items = np.array([item], dtype=np.int32)
        self.retriever.gather_for(history, items)
        rows, context = self.ranking.describe(history, items)
        self.learn_slate(rows, context, items, np.zeros(1, dtype=np.float32))

    def _count(self, history: History, item: int, now_ms: int, *, begins: bool) -> None:
        """Count the interaction in every model over items."""
        models = self.models
        others = history.items != item
        before = history.items[others]
        models.next_item.learn(before, item)
        models.companions.learn(before, item, in_session=history.in_session[others])
        tokens = history.circumstances + history.claimed
        models.circumstances.learn(before, item, tokens=tokens)
        models.words.learn(before, item)
        if len(before) < len(history.items):
            age_s = float(history.ages_s[~others][0])
            models.cycles.learn(before, item, age_s=age_s)
        models.by_event.learn(before, item)
        models.by_day.learn(before, item, at=now_ms / 1000.0)
        if begins:
            models.starts.learn(before, item, at=float(models.activity.events))
        models.activity.learn(before, item, repeat=len(before) < len(history.items))
        self.retriever.popular.counted.note(item)
        if models.activity.events % REFRESH_EVENTS == 0:
            self.retriever.popular.refresh(len(self.catalogue.ids))

    def learn_slate(
        self,
        rows: NDArray[np.float32],
        context: NDArray[np.float32],
        items: NDArray[np.int32],
        acted: NDArray[np.float32],
    ) -> None:
        """Learn from a seen slate: which items, if any, were acted on."""
        self.models.ranker.learn_many(rows, context, items, acted, outside=True)
