"""Days as rows to be added up, a few at a time: also those of the day that goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from headwater_server.engine.figures.cells import REST, Cell, CellKey
from headwater_server.engine.figures.day import Day, Totals
from headwater_server.engine.figures.figures import Figures
from headwater_server.engine.figures.levels import Key, Level

_DECODER = json.JSONDecoder()


class DayRows(NamedTuple):
    """A day: ``levels`` and ``cells`` are made while they are read, once.

    ``keys``: placement and policy of all levels.
    """

    number: int
    totals: Totals
    limits: dict[str, int]
    keys: list[Key]
    levels: Iterator[tuple[Key, Level]]
    cells: Iterator[tuple[CellKey, Cell]]


def days_of(figures: Figures, first: int, last: int) -> Iterator[DayRows]:
    """Yield the days with figures.

    The present day's levels are those of one moment. Each of its items is as it is when reached,
    since there may be very many: a total of items is exact if it is made of the same rows.
    """
    for number in figures.numbers:
        if not first <= number <= last:
            continue
        if number == figures.number:
            yield _present(number, figures.today.day)
        elif (texts := figures.closed.get(number)) is not None:  # none: it has left meanwhile
            yield _over(number, *texts)


def _present(number: int, day: Day) -> DayRows:
    levels = [(key, level.plain()) for key, level in day.levels.items()]
    return _rows(number, day.totals, day.limits, levels, _cells_of(day))


def _cells_of(day: Day) -> Iterator[tuple[CellKey, Cell]]:
    keys, cells = list(day.cells), list(day.cells.values())
    # when the day ends, items that few have seen join the rest: what is the rest now is kept
    places = ((one, two, REST) for one, two in day.levels if one is not None and two is not None)
    rest = [(key, Cell.of(day.cells[key].plain())) for key in places if key in day.cells]
    yield from rest
    yield from (pair for pair in zip(keys, cells, strict=True) if pair[0][2] != REST)


def _over(number: int, head: str, cells: str) -> DayRows:
    totals, levels, limits = json.loads(head)
    pairs = [((row[0], row[1]), row[2:]) for row in levels]
    items = (((row[0], row[1], row[2]), Cell.of(row[3:])) for row in each_of(cells))
    return _rows(number, Totals.of(totals), limits, pairs, items)


def _rows(
    number: int,
    totals: Totals,
    limits: dict[str, int],
    levels: list[tuple[Key, list[Any]]],
    cells: Iterator[tuple[CellKey, Cell]],
) -> DayRows:
    made = ((key, Level.of(plain)) for key, plain in levels)
    return DayRows(number, totals, limits, [key for key, _ in levels], made, cells)


def each_of(text: str) -> Iterator[list[Any]]:
    """Yield the values of an array of JSON without spaces, each when it is asked for.

    >>> list(each_of('[[1,"a"],[2,"]"]]')), list(each_of("[]"))
    ([[1, 'a'], [2, ']']], [])
    """
    place = 1
    while text[place] != "]":
        value, place = _DECODER.raw_decode(text, place)
        yield value
        place += text[place] == ","
