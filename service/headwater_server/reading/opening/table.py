"""One table of one file, as the mapping and the SQL see it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Literal

LINE = "_line"
DOCUMENT = "doc"
FILE_BITS = 40
"""A row's number has the number of its file from this bit on, where many files are one table."""


@dataclass(frozen=True)
class Table:
    """A relation of text columns over a file.

    ``relation`` is a view with `_line` (the row's number) and, of ``kind`` rows, the columns c0,
    c1, … that ``columns`` names; of documents, the column ``doc``, the JSON text of an object. It
    is there once `views.make_view` has made it.
    ``path`` is the file that a person gave, ``text_path`` the text that is read (unpacked, UTF-8).
    ``parquet`` is a Parquet file instead, and ``selected`` what of it. ``parts`` are the files of
    one form that are read as one table. ``row_bytes`` is at least the longest row, if it is long;
    ``lines_above`` the first row are skipped.
    """

    name: str
    path: Path
    relation: str
    kind: Literal["rows", "documents"]
    columns: tuple[str, ...] = ()
    has_header: bool = True
    first_row: tuple[str, ...] = ()
    sample: tuple[Mapping[str, Any], ...] = ()
    encoding: str = "UTF-8"
    delimiter: str = ""
    container: str = ""
    from_many: bool = False
    text_path: Path | None = None
    quote: str = '"'
    row_bytes: int = 0
    lines_above: int = 0
    parquet: Path | None = None
    selected: str = ""
    parts: tuple[Table, ...] = ()

    @property
    def files(self) -> tuple[Table, ...]:
        """The table of each file: several, or itself."""
        return self.parts or (self,)

    @property
    def data_path(self) -> Path:
        """The file whose bytes are read."""
        return self.text_path or self.parquet or self.path

    @property
    def short(self) -> str:
        """The name for progress: without the folders that a person named."""
        return self.name.replace(str(self.path), self.path.name, 1)

    def column(self, name: str) -> str:
        """Return the relation's column for a header's name. Raises KeyError.

        >>> Table("e", Path("e"), "t", "rows", ("time", "who")).column("who")
        'c1'
        """
        if name not in self.columns:
            raise KeyError(name)
        return f"c{self.columns.index(name)}"

    @cached_property
    def paths(self) -> frozenset[str]:
        """The dotted paths that occur in the sample of documents; ``[]`` marks a list.

        >>> sample = ({"a": {"b": 1}, "items": [{"id": 2}]},)
        >>> sorted(Table("e", Path("e"), "t", "documents", sample=sample).paths)
        ['a', 'a.b', 'items', 'items[]', 'items[].id']
        """
        return frozenset(path for one in self.sample for path in _paths(one, ""))

    def without_header(self) -> Table:
        """Return the table with its first row as data; its columns then have no names."""
        if not self.has_header or self.kind != "rows":
            return self
        return replace(self, has_header=False, columns=("",) * len(self.first_row))

    def lines_of(self, rows: set[int]) -> dict[int, int]:
        """Return the line of the file on which each row begins; read once, for messages only."""
        if self.text_path is None or not rows:
            return {row: row for row in rows}
        found: dict[int, int] = {}
        header = self.kind == "rows" and self.has_header
        for row, line in enumerate(self._starts(), start=0 if header else 1):
            if row in rows:
                found[row] = line
                if len(found) == len(rows):
                    break
        return {row: found.get(row, row + header) for row in rows}

    def first_line_of(self, kind: str) -> int:
        """Return the line of the first row that has too few cells, too many, or an open quote.

        DuckDB counts rows, so the text is read again: a cell may hold line ends.
        """
        wide = len(self.first_row)
        for line, width in self._widths():
            found = {"few": 0 <= width < wide, "many": width > wide, "quote": width < 0}
            if found[kind]:
                return line
        return 0

    def _starts(self) -> Iterator[int]:
        """Yield the first line of each row that the relation has."""
        if self.text_path is None:
            return
        with self.text_path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            if self.kind == "documents":
                for number, text in enumerate(file, start=1):
                    if text.strip():
                        yield number
                return
        for line, width in self._widths():
            if width == len(self.first_row):
                yield line

    def _widths(self) -> Iterator[tuple[int, int]]:
        """Yield (line, number of cells) of each row of a text; -1 for one with an open quote."""
        if self.text_path is None:
            return
        csv.field_size_limit(2**31 - 1)
        with self.text_path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            above = sum(1 for _ in islice(file, self.lines_above))
            if len(self.delimiter) != 1 or not self.quote:
                for number, text in enumerate(file, start=1 + above):
                    if text.strip("\r\n"):
                        yield number, text.count(self.delimiter) + 1
                return
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            line = 1 + above
            while True:
                try:
                    fields = next(reader, None)
                except csv.Error:
                    yield line, -1
                    return
                if fields is None:
                    return
                if fields:
                    yield line, len(fields)
                line = above + reader.line_num + 1


def _paths(value: Any, before: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            path = f"{before}.{name}" if before else str(name)
            yield path
            yield from _paths(inner, path)
    elif isinstance(value, list):
        yield f"{before}[]"
        for inner in value[:20]:
            yield from _paths(inner, f"{before}[]")
