"""Rows of an answer about what came of lists: in order, a page of them, with rates and changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from headwater_server.engine.figures.asking import Found, Key, Question
from headwater_server.engine.figures.cells import Cell
from headwater_server.engine.figures.levels import Level
from headwater_server.engine.figures.rates import Change, Rate, Row, changes_of, rates_of

Rates = dict[tuple[str, str], Rate]
TOTAL: Key = (None, None, None, None)


class Start(NamedTuple):
    """Where a page starts: after so many rows of a day; None: rows are not by day."""

    day: int | None
    rows: int


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """A row of both periods, with its rates and how they changed."""

    key: Key
    row: Row
    rates: Rates
    before: Row | None = None
    rates_before: Rates | None = None
    changes: Sequence[Change] = ()


def ordered(rows: Mapping[Key, Row]) -> list[Key]:
    """Return the keys by day, then those seen most first."""
    return sorted(rows, key=lambda key: _order(key, rows[key]))


def _order(key: Key, row: Row) -> tuple[object, ...]:
    names = tuple("" if name is None else name for name in key[1:])
    return (-1 << 40 if key[0] is None else key[0]), -row.slots, names


def moved(key: Key, days: int) -> Key:
    """Return the key of so many days before; a row that is not of a day has the same one."""
    return key if key[0] is None else (key[0] - days, *key[1:])


def answered(
    of: Question, keys: Collection[Key], found: Found, before: Found | None, shift: int
) -> list[AnsweredRow]:
    """Return the rows of ``keys``; ``shift``: days from one period to the other."""
    rows = []
    for key in keys:
        earlier = None
        if before is not None:
            empty: Row = Cell() if of.is_of_items else Level()
            earlier = before.rows.get(moved(key, shift), empty)
        rows.append(row_of(key, found.rows[key], earlier))
    return rows


def row_of(key: Key, row: Row, before: Row | None) -> AnsweredRow:
    """Return one row with its rates."""
    rates = rates_of(row)
    if before is None:
        return AnsweredRow(key, row, rates)
    return AnsweredRow(key, row, rates, before, rates_of(before), changes_of(row, before))
