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


def full_groups(
    caps: Sequence[Cap],
    groups: Groups,
    chosen: NDArray[np.int64],
    pool: Pool,
    field_values: Callable[[str], FieldValues],
    rest: NDArray[np.bool_],
) -> tuple[NDArray[np.bool_], set[int]]:
    """Return bool[items], the ``rest`` without room, and the caps that exclude any of them."""
    room = groups.room.copy()
    for row in chosen.tolist():
        room[groups.of[groups.starts[row] : groups.starts[row + 1]]] -= 1
    full, barring = np.zeros(len(rest), dtype=np.bool_), set()
    for group in np.flatnonzero(room <= 0).tolist():
        rule, value = int(groups.rules[group]), int(groups.values[group])
        mask = pool.scoring.passing(caps[rule].filter)
        members = rest.copy() if mask is None else rest & mask[: len(rest)]
        if value >= 0:
            members &= field_values(caps[rule].field).holding(value)[: len(rest)]
        if members.any():
            barring.add(rule)
        full |= members
    return full, barring
