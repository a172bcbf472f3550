"""Rows as CSV and as JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from headwater_server.errors import CommandFailed
from headwater_server.exporting.columns import Cell, Kind, Row

SEPARATOR = "|"


class CannotWrite(CommandFailed):
    """A value has no place in this format; the text names it and the format that has one."""


class TextFormat(Protocol):
    """Turns rows into text."""

    def head(self) -> str:
        """Return what stands before the first row."""

    def rows(self, rows: Iterable[Row]) -> str:
        """Return the text of some rows."""


class JsonLines:
    """An object a line; what a row lacks is left out. Times are seconds since 1970.

    Features are keys like the columns: text or number, as the shop wrote them.
    """

    def __init__(self, columns: Mapping[str, Kind]) -> None:
        self._columns = {name: kind for name, kind in columns.items() if name != "features"}

    def head(self) -> str:
        """Return nothing: every line says what it holds."""
        return ""

    def rows(self, rows: Iterable[Row]) -> str:
        """Return a line for each row."""
        return "".join(map(self._line, rows))

    def _line(self, row: Row) -> str:
        found = {
            name: _seconds(row[name]) if kind is Kind.TIME else row[name]
            for name, kind in self._columns.items()
            if row.get(name) not in (None, "", [], {})
        }
        features = row.get("features")
        if isinstance(features, dict):
            refuse_taken(features, self._columns)
            found |= features
        return json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"


class Csv:
    """A header, then a line for each row. Each of ``features`` has a column of its own.

    Texts of a list have | between them; a map that is no features (context) is JSON.
    """

    def __init__(self, columns: Mapping[str, Kind], features: Sequence[str] = ()) -> None:
        """Raise `CannotWrite` if a feature has the name of a column."""
        refuse_taken(features, columns)
        self._columns = {name: kind for name, kind in columns.items() if name != "features"}
        self._features = features

    def head(self) -> str:
        """Return the header."""
        return _line([*self._columns, *self._features])

    def rows(self, rows: Iterable[Row]) -> str:
        """Return a line for each row."""
        return "".join(map(self._row, rows))

    def _row(self, row: Row) -> str:
        cells = [_cell(row.get(name), kind, name) for name, kind in self._columns.items()]
        features = row.get("features")
        known = features if isinstance(features, dict) else {}
        return _line(
            [*cells, *(_cell(known.get(name), Kind.TEXT, name) for name in self._features)]
        )


def refuse_taken(features: Iterable[str], columns: Iterable[str]) -> None:
    """Refuse a feature with the name of a column. Raises `CannotWrite`."""
    taken = sorted({*features} & {*columns, *READ_OTHERWISE})
    if taken:
        raise CannotWrite(
            f"the feature {taken[0]!r} has the name of a column, so both would be one; Parquet "
            "keeps features in a column of their own"
        )


READ_OTHERWISE = {"availability", "currency", "description", "genres", "median_price", "parent"}
"""Other names of columns, in files of items that `headwater import` reads."""


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _cell(value: Cell, kind: Kind, name: str) -> str:
    if value is None:
        return ""
    if kind is Kind.TIME:
        return _number(_seconds(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        for text in value:
            if SEPARATOR in text:
                raise CannotWrite(
                    f"{name}: {text!r} contains {SEPARATOR}, which separates texts in a CSV file; "
                    "write JSON lines or Parquet"
                )
        return SEPARATOR.join(value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return value


def _seconds(value: Cell) -> float | int:
    assert isinstance(value, int | float)  # noqa: S101 - times are numbers of milliseconds
    seconds, rest = divmod(int(value), 1000)
    return int(value) / 1000 if rest else seconds


def _number(value: float) -> str:
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
