"""Rankers that learn beside the champion, from the same rows, so that policies may answer by them.

A row depends on no ranker: so what they learn does not depend on which of them answers, and their
figures are of the same interactions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.learning.acts import RUN_MAX
from headwater_server.engine.learning.recording import room_for
from headwater_server.engine.measures.metrics import ProgressiveValidation
from headwater_server.engine.measures.placements import ALL
from headwater_server.engine.models import Models
from headwater_server.models.held import Held, hold

HIT_RATE = "hit_rate_at_20"
LISTED = 20


def figures_of(name: str) -> str:
    """Return the policy under which the figures of a ranker are.

    >>> figures_of("fast")
    'ranker:fast'
    """
    return f"ranker:{name}"


def is_hit(scores: NDArray[Any], candidates: NDArray[np.int32], item: int) -> bool:
    """Return whether the best list would have contained the chosen item."""
    place = np.flatnonzero(candidates == item)
    return bool(len(place) and (scores > scores[place[0]]).sum() < LISTED)


class Challengers:
    """Lets each of them learn what the champion learns; without any it does nothing."""

    def __init__(self, models: Models, progress: ProgressiveValidation) -> None:
        self._models = models
        self._progress = progress
        self._recorded = room_for(0, 0, 0)
        self._held: Held | None = None

    def recorded(self) -> Held:
        """Return where the next run records its rows: nowhere, if nobody learns from them."""
        one = next(iter(self._models.rankers.values()), None)
        shape = (RUN_MAX, len(one.features), len(one.context)) if one else (0, 0, 0)
        room = self._recorded
        if shape != (len(room.counts), room.features.shape[1], room.contexts.shape[1]):
            self._recorded, self._held = room_for(*shape), None
        elif one:
            room.counts[:], room.taken[0] = 0, 0
        if self._held is None:
            self._held = hold(self._recorded)
        return self._held

    def learn_run(self, acts: NDArray[Any]) -> None:
        """Learn the acts whose rows the kernel has recorded, in order."""
        if not self._models.rankers:
            return
        room = self._recorded
        for place, act in enumerate(acts):
            count, measured = room.counts[place].tolist()
            if act["hit"] >= 0:
                at, context = room.places[place], room.contexts[place]
                candidates = room.candidates[at, :measured]
                rows = room.candidate_features[at, :, :measured]
                self.measure(rows.T, context, candidates, int(act["item"]))
            if count:
                given = room.features[place, :, :count].T, room.contexts[place]
                self.learn(*given, room.items[place, :count], float(room.weights[place]))

    def measure(
        self,
        rows: NDArray[np.float32],
        context: NDArray[np.float32],
        candidates: NDArray[np.int32],
        item: int,
    ) -> None:
        """Note of each whether its best list contains the item, before it is learned."""
        for name, ranker in self._each():
            found = bool((candidates == item).any())
            if found:
                scores = np.asarray(ranker.score_many(rows, context, candidates))
                found = is_hit(scores, candidates, item)
            self._progress.observe(HIT_RATE, float(found), ALL, figures_of(name))

    def learn(
        self,
        rows: NDArray[np.float32],
        context: NDArray[np.float32],
        drawn: NDArray[np.int32],
        weight: float,
    ) -> None:
        """Learn that the first of the ``drawn`` items was chosen."""
        chosen = np.zeros(len(drawn), dtype=np.float32)
        chosen[0] = 1.0
        for _, ranker in self._each():
            ranker.learn_many(rows, context, drawn, chosen, outside=False, weight=weight)

    def learn_slate(
        self,
        rows: NDArray[np.float32],
        context: NDArray[np.float32],
        items: NDArray[np.int32],
        acted: NDArray[np.float32],
        weight: float,
    ) -> None:
        """Learn from a seen slate, as the champion does."""
        for _, ranker in self._each():
            ranker.learn_many(rows, context, items, acted, outside=True, weight=weight)

    def _each(self) -> Iterator[tuple[str, Any]]:
        yield from self._models.rankers.items()
