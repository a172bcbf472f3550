"""Learning from one interaction with an item: ranker first, then the counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.learning.choices import choice
from headwater_server.engine.learning.counting import Counts, count_interaction
from headwater_server.engine.measures.drift import ranking_loss
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.retrieval.popular import REFRESH_EVENTS
from headwater_server.engine.retrieval.retriever import Retriever
from headwater_server.engine.visitors.visitors import History

MEASURE_EVENTS = 10
"""One interaction in so many is measured: a full ranking costs as much as learning."""
WARM_UP_EVENTS = 20_000
"""The ranker learns from each of the first interactions, whatever ``ranker_every`` is."""


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
        self.ranker_every = 1
        self.models = models
        self.catalogue = catalogue
        self.retriever = retriever
        self.ranking = ranking

    def learn_interaction(
        self, history: History, item: int, now_ms: int, *, begins: bool, seed: int
    ) -> float | None:
        """Learn that a visitor with ``history`` chose ``item``; return its `ranking_loss`.

        None: it was not among those that the ranker learns from.
        """
        loss = self._rank(history, item, now_ms, seed) if self._is_ranked() else None
        self._count(history, item, now_ms, begins=begins)
        return loss

    def _is_ranked(self) -> bool:
        """Whether the ranker learns from the next interaction; it does if that is measured."""
        events = self.models.activity.events
        is_chosen = events < WARM_UP_EVENTS or events % self.ranker_every == 0
        return is_chosen or events % MEASURE_EVENTS == 0

    def _rank(self, history: History, item: int, now_ms: int, seed: int) -> float:
        """One step of the ranker: the item against negatives from the candidate list."""
        retriever, events = self.retriever, self.models.activity.events
        tables, visitor = retriever.begin(), retriever.visitor(history)
        shown_at = self.catalogue.shown_at(now_ms)
        args = tables, self.ranking.statistics(history), visitor, shown_at
        candidates, drawn, features, context = choice(*args, item, seed, events)
        if events % MEASURE_EVENTS == 0:
            self._measure(history, candidates, item)
        if len(drawn) == 0:
            return ranking_loss(0.0, choices=0)
        chosen = np.zeros(len(drawn), dtype=np.float32)
        chosen[0] = 1.0
        loss = self.models.ranker.learn_many(features.T, context, drawn, chosen, outside=False)
        return ranking_loss(loss, len(drawn))

    def _measure(self, history: History, candidates: NDArray[np.int32], item: int) -> None:
        """Record whether the best list would have contained the chosen item."""
        place = np.flatnonzero(candidates == item)
        found = False
        if len(place):
            scores = self.ranking.score(self.ranking.describe(history, candidates))
            found = bool((scores > scores[place[0]]).sum() < 20)
        self.progress.observe("hit_rate_at_20", float(found))

    def learn_refusal(self, history: History, item: int) -> None:
        """Learn that a visitor refused ``item``."""
        items = np.array([item], dtype=np.int32)
        _, rows, context = self.ranking.given(history, items)
        self.learn_slate(rows, context, items, np.zeros(1, dtype=np.float32))

    def _count(self, history: History, item: int, now_ms: int, *, begins: bool) -> None:
        """Count the interaction in every model over items."""
        models, events = self.models, self.models.activity.events
        counts = self._counts(history.circumstances + history.claimed, item, now_ms / 1000.0)
        place = count_interaction(counts, history.items, history.in_session, item)
        self._advance(item, len(history.items) - (place >= 0), repeat=place >= 0)
        if place >= 0:
            models.cycles.learn(history.items, item, age_s=float(history.ages_s[place]))
        if begins:
            models.starts.learn(history.items, item, at=float(events))
        self.retriever.popular.counted.note(item)
        if models.activity.events % REFRESH_EVENTS == 0:
            self.retriever.popular.refresh(len(self.catalogue.ids))

    def _counts(self, tokens: tuple[str, ...], item: int, at_s: float) -> Counts:
        """Make room for one interaction with ``item``; return what it is added to."""
        models = self.models
        models.next_item.make_room()
        models.companions.make_room()
        models.words.make_room(item)
        rows = models.circumstances.make_room(tokens)
        by_event, by_day, activity = models.by_event, models.by_day, models.activity
        return Counts(
            (models.next_item.counted, models.next_item.draws),
            (models.companions.counted, models.companions.draws),
            (models.circumstances.counted, models.circumstances.draws),
            (models.words.counted, models.words.draws),
            models.content.tokens,
            rows,
            ((by_event.stored, by_event.adding()), (by_day.stored, by_day.adding(at_s))),
            activity.counts,
            activity.interactions,
            activity.events,
        )

    def _advance(self, item: int, others: int, *, repeat: bool) -> None:
        """Move the models on after an interaction, which came after ``others``."""
        models = self.models
        models.next_item.advance()
        models.companions.advance()
        models.circumstances.advance()
        models.words.advance(item, others)
        models.activity.advance(repeat=repeat)

    def learn_slate(
        self,
        rows: NDArray[np.float32],
        context: NDArray[np.float32],
        items: NDArray[np.int32],
        acted: NDArray[np.float32],
    ) -> None:
        """Learn from a seen slate: which items, if any, were acted on."""
        self.models.ranker.learn_many(rows, context, items, acted, outside=True)
