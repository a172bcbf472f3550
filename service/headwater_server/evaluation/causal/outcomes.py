"""What visitors did with an item after, and before, each list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater_server.evaluation.causal.acts import BY_TIME, Acts
from headwater_server.evaluation.causal.asked import Outcome
from headwater_server.inference.checks import Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """For each row: whose list, on which item, at which place and time; -1: no account."""

    visitor: Ints
    user: Ints
    item: Ints
    place: Ints
    time_ms: Ints


@dataclass(frozen=True)
class Outcomes:
    """By row: the outcome after the list, the same before it, whether there was an act after."""

    after: Floats
    before: Floats
    acted: Floats


class ByVisitor:
    """Finds the acts of a visitor, or of the same account, on an item."""

    def __init__(self, acts: Acts) -> None:
        found = acts.columns()
        self._found = found
        self._items = max(1, len(acts.items))
        self._keys: dict[str, Ints] = {}
        self._order: dict[str, Ints] = {}
        for who in ("visitor", "user"):
            keys = self._key(np.asarray(found[who], np.int64), np.asarray(found["item"], np.int64))
            order = np.argsort(keys, kind="stable")
            self._keys[who], self._order[who] = keys[order], order

    def outcomes(self, asked: Asked, outcome: Outcome, window_ms: float) -> Outcomes:
        """Return the outcomes of rows within so many milliseconds after, and before, each list.

        An act of an import is before or after by its time; any other by its place on the log.
        """
        rows = len(asked.item)
        after, before, acted = np.zeros(rows), np.zeros(rows), np.zeros(rows)
        for row, places in self._acts_of(asked):
            time_ms = self._column("time_ms", places) - asked.time_ms[row]
            place = self._column("place", places)
            is_before = np.where(place == BY_TIME, time_ms <= 0, place < asked.place[row])
            near = np.abs(time_ms) <= window_ms
            bought = self._column("bought", places) > 0
            worth = np.asarray(self._found["worth"], dtype=np.float64)[places]
            late, early = near & ~is_before, near & is_before
            acted[row] = float(late.any())
            after[row] = _value(outcome, late, bought, worth)
            before[row] = _value(outcome, early, bought, worth)
        return Outcomes(after, before, acted)

    def _acts_of(self, asked: Asked) -> list[tuple[int, Ints]]:
        """Return the rows with acts, and where these are: of visitor or account, each once."""
        found: dict[int, list[Ints]] = {}
        for who, numbers in (("visitor", asked.visitor), ("user", asked.user)):
            wanted = self._key(numbers, asked.item)
            first = np.searchsorted(self._keys[who], wanted, side="left")
            last = np.searchsorted(self._keys[who], wanted, side="right")
            for row in np.flatnonzero((last > first) & (wanted >= 0)).tolist():
                found.setdefault(row, []).append(self._order[who][first[row] : last[row]])
        return [(row, np.unique(np.concatenate(parts))) for row, parts in found.items()]

    def _key(self, names: Ints, items: Ints) -> Ints:
        is_none = (names < 0) | (items < 0)
        return np.asarray(np.where(is_none, -1, names * self._items + items), dtype=np.int64)

    def _column(self, name: str, places: Ints) -> Ints:
        return np.asarray(self._found[name][places], dtype=np.int64)


def _value(
    outcome: Outcome, chosen: NDArray[np.bool_], bought: NDArray[np.bool_], worth: Floats
) -> float:
    if outcome is Outcome.ACT:
        return float(chosen.any())
    if outcome is Outcome.PURCHASE:
        return float((chosen & bought).any())
    return float(worth[chosen].sum())
