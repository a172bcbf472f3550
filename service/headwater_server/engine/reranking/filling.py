"""One question's slots: drawn under what is in force, from more of the shop if caps ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import thompson
from headwater_server.engine.exploration.exploration import seed_of
from headwater_server.engine.reranking.candidates import Candidates, Pool
from headwater_server.engine.reranking.caps import Groups, full_groups, groups
from headwater_server.engine.reranking.first_slot import first_slot, opening
from headwater_server.engine.reranking.levels import Level
from headwater_server.engine.reranking.pins import Pinned
from headwater_server.engine.reranking.rules import Boost, Bury, Cap, Pin
from headwater_server.engine.reranking.similarity_inputs import Kinship
from headwater_server.engine.reranking.slots import NO_NOISE, Chance, Slots, fill
from headwater_server.engine.settings import EngineSettings

DIVERSITY = "diversity"
"""What moved an item, where it was no rule but variety."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What applies to one request; never nothing."""

    level: Level
    pins: tuple[Pin, ...]
    strengths: tuple[Boost | Bury, ...]
    caps: tuple[Cap, ...]


class Filled(NamedTuple):
    """The rows that stand in the slots, and their scores with what boosts and buries add.

    ``moved`` names, slot by slot, what moved the item (only where that was asked for), and
    ``limits`` the caps that kept the list short. ``first``: the chance of each item in the slots
    to stand in the first of them (only where that was asked for).
    """

    candidates: Candidates
    rows: NDArray[np.int64]
    propensities: NDArray[np.float64]
    scores: NDArray[np.float64]
    moved: tuple[tuple[str, ...], ...] = ()
    limits: tuple[str, ...] = ()
    first: tuple[float, ...] = ()


class Filling:
    """The work on one question; made for it, and dropped with it."""

    def __init__(
        self, force: InForce, pool: Pool, kinship: Kinship, settings: EngineSettings
    ) -> None:
        self.force = force
        self.pool = pool
        self.kinship = kinship
        self.settings = settings
        self.request = pool.question.request
        self.pinned = Pinned(force.pins, pool, self._lifts())
        self.costs = self._costs()

    def _lifts(self) -> NDArray[np.float64]:
        return self.pool.lifts(self.force.strengths, self.settings.exploration_temperature)

    def _base(self) -> NDArray[np.float64]:
        return self.pool.candidates.scores + self._lifts()

    def _costs(self) -> tuple[float, float]:
        """Return what variety costs, in units of the score: see `levels`."""
        base, slots = self._base(), self.request.page_size
        if self.force.level == "none" or len(base) == 0:
            return 0.0, 0.0
        last = np.partition(base, -slots)[-slots] if slots < len(base) else base.min()
        unit = max(self.settings.exploration_temperature, float(base.max() - last))
        history = self.pool.question.history.items
        category, likest = self.kinship.weights(self.force.level, history)
        return unit * category, unit * likest

    def filled(self) -> Filled:
        """Fill the slots: from the candidates, and while caps leave too few from the shop."""
        slots = Slots.empty(self.request.page_size)
        first = self._first() if self.request.first_slot else None
        count, bars = self._fill(slots, 0)
        limits = _named(self.force.caps, bars)
        while self.force.caps and self.pool.candidates.given is None and count < len(slots.chosen):
            rest = self.pool.rest()
            full, barring = self._full(slots.chosen[:count], rest)
            limits |= barring
            if not self.pool.join_popular(rest & ~full):
                break
            count, bars = self._fill(slots, count)
        if count < len(slots.chosen):
            count, _ = self._fill(slots, count, closing=True)
        short = limits if count < len(slots.chosen) else set()
        told = self._told(slots.cut(count), short)
        return told if first is None else told._replace(first=_of_slots(first, told.rows))

    def _first(self) -> NDArray[np.float64]:
        """Return each candidate's chance to stand in the first slot."""
        pinned = self.pinned.rows(self.request.page_size)
        open_to = opening(pinned, self._groups())
        return first_slot(self._base(), open_to, self._chance(), thompson.DRAWS)

    def _fill(self, slots: Slots, first: int, *, closing: bool = False) -> tuple[int, int]:
        base, pinned = self._base(), self.pinned.rows(len(slots.chosen))
        kin = self.kinship.of(self.pool.items if any(self.costs) else self.pool.items[:0])
        args = (base, pinned, self._groups().arrays, self.costs, kin, self._chance(), slots)
        try:
            return fill(*args, first=first, closing=closing)
        finally:
            self.kinship.done(self.pool.items)

    def _groups(self) -> Groups:
        return groups(self.force.caps, self.pool, self.kinship.kinds)

    def _chance(self) -> Chance:
        epsilon, temperature = (
            self.settings.exploration_epsilon, self.settings.exploration_temperature
        )  # fmt: skip
        seed = np.uint64(seed_of(self.request.recommendation_id))
        return Chance(epsilon, temperature, seed, self.request.explore, self._noise())

    def _noise(self) -> NDArray[np.float64]:
        """Draw anew for all candidates, those that joined too, where the policy is to draw."""
        sampled = self.pool.sampled(self.settings)
        if sampled is None or sampled.size == 0:
            return NO_NOISE
        least = self.settings.exploration_temperature
        return thompson.noise_of(sampled, self.pool.candidates.scores, least)

    def _full(
        self, chosen: NDArray[np.int64], rest: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], set[str]]:
        args = (self._groups(), chosen, self.pool, self.kinship.kinds, rest)
        full, barring = full_groups(self.force.caps, *args)
        return full, {self.force.caps[rule].name for rule in barring}

    def _told(self, slots: Slots, limits: set[str]) -> Filled:
        moved: tuple[tuple[str, ...], ...] = ()
        if self.request.explain:
            strong = [
                (rule.name, self.pool.passing(rule.filter, self.pool.items))
                for rule in self.force.strengths
            ]
            moved = tuple(self._moved(slots, slot, strong) for slot in range(len(slots.chosen)))
        return Filled(
            self.pool.candidates,
            slots.chosen,
            slots.propensities,
            self._base()[slots.chosen],
            moved,
            tuple(cap.name for cap in self.force.caps if cap.name in limits),
        )

    def _moved(self, slots: Slots, slot: int, strong: list[tuple[str, Any]]) -> tuple[str, ...]:
        row = int(slots.chosen[slot])
        pin = self.pinned.names.get(int(self.pool.items[row]))
        names = [pin] if pin else []
        names += [name for name, passing in strong if passing[row]]
        names += [DIVERSITY] if slots.varied[slot] else []
        return (*names, *sorted(_named(self.force.caps, int(slots.caps[slot]))))


def _of_slots(first: NDArray[np.float64], rows: NDArray[np.int64]) -> tuple[float, ...]:
    """Return the chances of those in the slots; what joined later had none.

    Where nothing could be drawn, a pin of a later slot moved up: it was certain.
    """
    if not first.any():
        return tuple(float(slot == 0) for slot in range(len(rows)))
    return tuple(float(first[row]) if row < len(first) else 0.0 for row in rows.tolist())


def _named(caps: tuple[Cap, ...], bits: int) -> set[str]:
    return {cap.name for place, cap in enumerate(caps) if bits >> place & 1}
