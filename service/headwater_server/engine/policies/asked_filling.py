"""The filling of slots, asked about a list: by rules, by Thompson sampling, or by the best."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.reranking.answer_settings import ActiveRules
from headwater_server.engine.reranking.candidates import Candidates, Pool
from headwater_server.engine.reranking.caps import FullGroups
from headwater_server.engine.reranking.drawing.lists import draw_lists, draw_of_list
from headwater_server.engine.reranking.drawing.slots import (
    NO_ROWS,
    NO_VALUES,
    DrawParameters,
    Slots,
)
from headwater_server.engine.reranking.filling import Filling
from headwater_server.engine.reranking.similarity_inputs import SimilarityInputs
from headwater_server.engine.settings import EngineSettings

Found = tuple[NDArray[np.float64], NDArray[np.float64]]


class AskedFilling(Filling):
    """Takes the items of a list instead of drawing them, by the same steps and kernel."""

    def __init__(
        self,
        active: ActiveRules,
        pool: Pool,
        similarity: SimilarityInputs,
        settings: EngineSettings,
        item_ids: tuple[str, ...],
        draws: int,
    ) -> None:
        self.item_ids = item_ids
        self._taken = 0
        self._worth, self._means = NO_VALUES, np.zeros(0)
        self._list_seed: np.uint64 | None = None
        self._drawn: tuple[Candidates, NDArray[np.float64]] | None = None
        self._sums = np.zeros(len(item_ids))
        super().__init__(active, pool, similarity, settings)
        self.draws = draws

    def slot_chances(self, worth: NDArray[np.float64]) -> Found:
        """Return the chance of each slot's item, given the items before it.

        And the mean of ``worth`` by slot, float64[slots, candidates] or nothing.
        """
        self._worth, self._means = worth, np.zeros(len(worth))
        first = self.pool.candidates
        end = self._taken = min(len(self.item_ids), self.request.page_size)
        slots = Slots.empty(self.request.page_size)
        count, _, _ = self._run(slots, end)
        self.pool.candidates, self._taken = first, 0
        slots.propensities[count:] = 0.0
        return slots.propensities[:end], self._means

    def lists(self, seeds: NDArray[np.uint64]) -> Found:
        """Draw a list from each seed; return both sums of `drawing.lists.draw_lists`."""
        rows = self.pool.rows(self.item_ids)
        try:
            args = *self._arguments(), seeds, rows
            counts, sums, lengths = draw_lists(*args)
        finally:
            self.similarity.done(self.pool.items)
        # what is short goes on, from more of the shop
        if self.active.caps or self.active.pins or self.pool.is_by_group:
            for place in np.flatnonzero(lengths < self.request.page_size).tolist():
                counts[place], sums[place] = self._one_list(seeds[place])
        return counts.sum(axis=0), sums.sum(axis=0)

    def _one_list(self, seed: np.uint64) -> Found:
        first = self.pool.candidates
        self._list_seed, self._sums = seed, np.zeros(len(self.item_ids))
        slots = Slots.empty(self.request.page_size)
        count, _, _ = self._run(slots, len(slots.chosen))
        is_in = np.isin(self.pool.rows(self.item_ids), slots.chosen[:count])
        self.pool.candidates, self._list_seed = first, None
        return is_in.astype(np.float64), self._sums

    def _given(self) -> tuple[Any, ...]:
        rows = self.pool.rows(self.item_ids)
        chances = np.empty(len(self.pool.items))
        if self._taken:
            return rows[: self._taken], NO_ROWS, self._sums, chances, self._worth, self._means
        return NO_ROWS, rows, self._sums, chances, NO_VALUES, self._sums

    def _noise(self) -> NDArray[np.float64]:
        if self._drawn is None or self._drawn[0] is not self.pool.candidates:
            self._drawn = self.pool.candidates, super()._noise()
        return self._drawn[1]

    def _draw_parameters(self) -> DrawParameters:
        draw, seed = super()._draw_parameters(), self._list_seed
        return draw if seed is None else draw_of_list(draw, seed, self.request.page_size)

    def _full(self, chosen: NDArray[np.int64]) -> FullGroups:
        return super()._full(chosen[chosen >= 0])
