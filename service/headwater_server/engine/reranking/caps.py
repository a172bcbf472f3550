"""Caps as groups of candidates: a list has limited room for each group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.reranking.candidates import Pool
from headwater_server.engine.reranking.field_values import FieldValues
from headwater_server.engine.reranking.rules import Cap

_NO_PAIRS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of each candidate, and the room of each group.

    Candidate i is in ``of[starts[i]:starts[i + 1]]``. By group, ``rules`` is its cap, and
    ``values`` the number of the value that its members have, -1 for none.
    """

    starts: NDArray[np.int64]
    of: NDArray[np.int64]
    room: NDArray[np.int64]
    rules: NDArray[np.int64]
    values: NDArray[np.int64]

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The arrays for kernels, which change their copy of the room."""
        return self.starts, self.of, self.room.copy(), self.rules


def groups(caps: Sequence[Cap], pool: Pool, field_values: Callable[[str], FieldValues]) -> Groups:
    """Return the groups of the candidates under ``caps``."""
    if not caps:
        return Groups(np.zeros(len(pool.items) + 1, dtype=np.int64), *[_NO_PAIRS] * 4)
    rows, of, room, rules, held = [_NO_PAIRS], [_NO_PAIRS], [_NO_PAIRS], [_NO_PAIRS], [_NO_PAIRS]
    first = 0
    for rule, cap in enumerate(caps):
        members, values = _members(cap, pool, field_values)
        distinct, groups_of = np.unique(values, return_inverse=True)
        rows.append(members)
        of.append(groups_of.ravel() + first)
        held.append(distinct)
        room.append(np.full(len(distinct), cap.most))
        rules.append(np.full(len(distinct), rule))
        first += len(distinct)
    by_row, pairs = np.concatenate(rows), np.concatenate(of)
    order = np.argsort(by_row, kind="stable")
    starts = np.searchsorted(by_row[order], np.arange(len(pool.items) + 1))
    return Groups(starts, pairs[order], *(np.concatenate(each) for each in (room, rules, held)))


def _members(
    cap: Cap, pool: Pool, field_values: Callable[[str], FieldValues]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (rows of the candidates, their values), one pair for each value."""
    counted = pool.passing(cap.filter, pool.items)
    if not cap.field:
        rows = np.flatnonzero(counted)
        return rows, np.full(len(rows), -1)
    held = field_values(cap.field).of(pool.items)
    rows, columns = np.nonzero((held >= 0) & counted[:, None])
    return rows, held[rows, columns].astype(np.int64)


class FullGroups:
    """The groups without room, once some slots are filled; items outside the candidates, too."""

    def __init__(
        self,
        caps: Sequence[Cap],
        groups: Groups,
        chosen: NDArray[np.int64],
        pool: Pool,
        field_values: Callable[[str], FieldValues],
    ) -> None:
        """``chosen`` are the candidates' rows in the slots."""
        self._caps = caps
        self._pool = pool
        self._field_values = field_values
        room = groups.room.copy()
        for row in chosen.tolist():
            room[groups.of[groups.starts[row] : groups.starts[row + 1]]] -= 1
        full = room <= 0
        rules, values = groups.rules[full], groups.values[full]
        self._held = {
            rule: self._values_of(caps[rule], values[rules == rule])
            for rule in np.unique(rules).tolist()
        }

    def _values_of(self, cap: Cap, numbers: NDArray[np.int64]) -> list[str | float]:
        """Return the values themselves: their numbers change if numbering starts again."""
        if not cap.field:
            return []
        values = self._field_values(cap.field).values
        return [values[number] for number in numbers.tolist()]

    def has(self, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return bool[n]: which of ``items`` are in a full group."""
        full = np.zeros(len(items), dtype=np.bool_)
        for rule in self._held:
            full |= self._members(rule, items)
        return full

    def barring(self, items: NDArray[np.int32]) -> set[str]:
        """Return the names of the caps that exclude any of ``items``."""
        return {self._caps[rule].name for rule in self._held if self._members(rule, items).any()}

    def _members(self, rule: int, items: NDArray[np.int32]) -> NDArray[np.bool_]:
        cap = self._caps[rule]
        members = self._pool.passing(cap.filter, items)
        if cap.field:
            members &= self._field_values(cap.field).holding(items, self._held[rule])
        return members
