"""Fill the slots of one request under the active rules, from more of the shop if caps need it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import thompson
from headwater_server.engine.exploration.plackett_luce import seed_of
from headwater_server.engine.reranking.answer_settings import ActiveRules
from headwater_server.engine.reranking.candidates import Candidates, Pool
from headwater_server.engine.reranking.caps import FullGroups, Groups, groups
from headwater_server.engine.reranking.drawing.first_slot import first_slot, first_slot_choices
from headwater_server.engine.reranking.drawing.slots import (
    NO_NOISE,
    NOTHING_GIVEN,
    DrawParameters,
    Slots,
    fill,
)
from headwater_server.engine.reranking.pins import Pinned
from headwater_server.engine.reranking.rules import Cap
from headwater_server.engine.reranking.similarity_inputs import SimilarityInputs
from headwater_server.engine.settings import EngineSettings

DIVERSITY = "diversity"
"""The name that represents variety among the rules that moved an item."""


class Filled(NamedTuple):
    """The rows in the slots, and their scores including boosts and buries.

    ``moved`` names, slot by slot, what moved the item (only with ``explain``), and ``limits`` the
    caps that kept the list short. ``first``: each item's chance of the first slot (only if
    requested). ``by_score``: by the ranker's scores, from which the chance of an act follows.
    """

    candidates: Candidates
    rows: NDArray[np.int64]
    propensities: NDArray[np.float64]
    scores: NDArray[np.float64]
    moved: tuple[tuple[str, ...], ...] = ()
    limits: tuple[str, ...] = ()
    first: tuple[float, ...] = ()
    by_score: bool = True


class Filling:
    """Fills the slots of one request; a new object for each."""

    def __init__(
        self,
        active: ActiveRules,
        pool: Pool,
        similarity: SimilarityInputs,
        settings: EngineSettings,
    ) -> None:
        self.active = active
        self.pool = pool
        self.similarity = similarity
        self.settings = settings
        self.request = pool.question.request
        self.seed = np.uint64(seed_of(self.request.recommendation_id))
        self.draws = thompson.DRAWS
        self._lifted: tuple[Candidates, NDArray[np.float64]] | None = None
        self.pinned = Pinned(active.pins, pool, self._lifts())
        pool.limit_variants(self._base(), self.pinned.items)
        self.costs = self._costs()

    def _lifts(self) -> NDArray[np.float64]:
        candidates = self.pool.candidates
        if self._lifted is None or self._lifted[0] is not candidates:
            lifts = self.pool.lifts(self.active.strengths, self.settings.exploration_temperature)
            worth = self.pool.worth(self.settings)
            lifts = lifts if worth is None else lifts + worth
            self._lifted = candidates, lifts
        return self._lifted[1]

    def _base(self) -> NDArray[np.float64]:
        return self.pool.candidates.scores + self._lifts()

    def _costs(self) -> tuple[float, float]:
        """Return the costs of variety, in units of the score: see `levels`."""
        base, slots = self._base(), self.request.page_size
        if self.active.level == "none" or len(base) == 0:
            return 0.0, 0.0
        last = np.partition(base, -slots)[-slots] if slots < len(base) else base.min()
        unit = max(self.settings.exploration_temperature, float(base.max() - last))
        history = self.pool.question.history.items
        category, similar = self.similarity.weights(self.active.level, history)
        return unit * category, unit * similar

    def filled(self) -> Filled:
        """Fill the slots from the candidates, and from the shop while caps leave too few."""
        slots = Slots.empty(self.request.page_size)
        first = self._first() if self.request.first_slot else None
        count, bars, full = self._run(slots, len(slots.chosen))
        short = self._limits(bars, full) if count < len(slots.chosen) else set()
        filled = self._result(slots.cut(count), short)
        return filled if first is None else filled._replace(first=_of_slots(first, filled.rows))

    def _run(self, slots: Slots, end: int) -> tuple[int, int, FullGroups | None]:
        """Fill the slots before ``end``; return how many, the caps that exclude, and full groups.

        The caps are those that exclude any of the first candidates, the groups those at the end.
        """
        count, bars = self._fill(slots, 0, end)
        full: FullGroups | None = None
        may_join = self.active.caps or self.pool.is_by_group
        while may_join and self.pool.candidates.given is None and count < end:
            full = self._full(slots.chosen[:count])
            if not self.pool.join_popular(full.has):
                break
            count, _ = self._fill(slots, count, end)
        if count < end:
            count, _ = self._fill(slots, count, end, closing=True)
        return count, bars, full

    def _first(self) -> NDArray[np.float64]:
        """Return each candidate's chance of the first slot."""
        pinned = self.pinned.rows(self.request.page_size)
        choices = first_slot_choices(pinned, self._groups())
        return first_slot(self._base(), choices, self._draw_parameters(), thompson.DRAWS)

    def _fill(
        self, slots: Slots, first: int, end: int, *, closing: bool = False
    ) -> tuple[int, int]:
        try:
            args = *self._arguments(), slots, self._given()
            return fill(*args, first=first, end=end, closing=closing)
        finally:
            self.similarity.done(self.pool.items)

    def _given(self) -> tuple[Any, ...]:
        """Return what is given of the list and asked for, as `slots.fill_slots` takes it."""
        return NOTHING_GIVEN

    def _arguments(self) -> tuple[Any, ...]:
        """Return what a kernel fills from; `similarity.done` has to follow."""
        inputs = self.similarity.of(self.pool.items if any(self.costs) else self.pool.items[:0])
        pinned = self.pinned.rows(self.request.page_size)
        arrays = self._groups().arrays
        return self._base(), pinned, arrays, self.costs, inputs, self._draw_parameters()

    def _groups(self) -> Groups:
        return groups(self.active.caps, self.pool, self.similarity.field_values)

    def _draw_parameters(self) -> DrawParameters:
        epsilon, temperature = (
            self.settings.exploration_epsilon, self.settings.exploration_temperature
        )  # fmt: skip
        noise = self._noise()
        explore, draws = self.request.explore, self.draws if len(noise) else 0
        return DrawParameters(epsilon, temperature, self.seed, explore, noise, draws)

    def _noise(self) -> NDArray[np.float64]:
        """Draw again for all candidates, including added ones, if the policy draws."""
        sampled = self.pool.sampled(self.settings, self.draws)
        if sampled is None or sampled.size == 0:
            return NO_NOISE
        least = self.settings.exploration_temperature
        return thompson.noise_of(sampled, self.pool.values(self.settings), least)

    def _full(self, chosen: NDArray[np.int64]) -> FullGroups:
        args = (self._groups(), chosen, self.pool, self.similarity.field_values)
        return FullGroups(self.active.caps, *args)

    def _limits(self, bars: int, full: FullGroups | None) -> set[str]:
        """Return the caps that exclude candidates (``bars``), or any other item of the shop."""
        named = _named(self.active.caps, bars)
        return named if full is None else named | full.barring(self.pool.rest())

    def _result(self, slots: Slots, limits: set[str]) -> Filled:
        moved: tuple[tuple[str, ...], ...] = ()
        if self.request.explain:
            strong = [
                (rule.name, self.pool.passing(rule.filter, self.pool.items))
                for rule in self.active.strengths
            ]
            moved = tuple(self._moved(slots, slot, strong) for slot in range(len(slots.chosen)))
        return Filled(
            self.pool.candidates,
            slots.chosen,
            slots.propensities,
            self._base()[slots.chosen],
            moved,
            tuple(cap.name for cap in self.active.caps if cap.name in limits),
        )

    def _moved(self, slots: Slots, slot: int, strong: list[tuple[str, Any]]) -> tuple[str, ...]:
        row = int(slots.chosen[slot])
        pin = self.pinned.names.get(int(self.pool.items[row]))
        names = [pin] if pin else []
        names += [name for name, passing in strong if passing[row]]
        names += [DIVERSITY] if slots.varied[slot] else []
        return (*names, *sorted(_named(self.active.caps, int(slots.caps[slot]))))


def _of_slots(first: NDArray[np.float64], rows: NDArray[np.int64]) -> tuple[float, ...]:
    """Return the chances of the items in the slots; items added later have 0.

    If nothing could be drawn, a pin of a later slot moved up: its chance is 1.
    """
    if not first.any():
        return tuple(float(slot == 0) for slot in range(len(rows)))
    return tuple(float(first[row]) if row < len(first) else 0.0 for row in rows.tolist())


def _named(caps: tuple[Cap, ...], bits: int) -> set[str]:
    return {cap.name for place, cap in enumerate(caps) if bits >> place & 1}
