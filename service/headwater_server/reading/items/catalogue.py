"""The rows of item files as writes to the catalogue, all checked before the first is used."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.reading.cells import id_problem, parse_number
from headwater_server.reading.items.known import Known
from headwater_server.reading.items.limits import item_problems
from headwater_server.reading.mapping.compiled import ITEM_COLUMNS, Choice, CompiledItems
from headwater_server.reading.opening.joining import where
from headwater_server.reading.opening.table import FILE_BITS
from headwater_server.reading.problems import BadFile, Problems
from headwater_server.reading.session import Session
from headwater_server.reading.shown import price_problem, shown_time
from headwater_server.reading.times import TimeFormat

PAGE_ROWS = 5000
_DIGITS = re.compile(r"\d+")
_TIMES = ("publish_time", "expire_time")


@dataclass
class ReadItems:
    """The items of one file, what was left out of it, and what is wrong with it."""

    choice: Choice
    writes: list[ItemWrite] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    bad: list[BadFile] = field(default_factory=list)
    equal: int = 0
    again: int = 0

    @property
    def notes(self) -> list[str]:
        """What is to be said of items that come more than once."""
        notes = [f"{self.equal:,} rows repeat an item with equal values"] if self.equal else []
        if self.again:
            notes.append(f"{self.again:,} rows replace an earlier row of their item (--keep-last)")
        return notes


def read_items(
    choice: Choice,
    compiled: CompiledItems,
    session: Session,
    allowed_ids: Collection[str] = (),
    known: Known | None = None,
) -> ReadItems:
    """Read the items of a file. ``known`` holds the items of files before, by id."""
    return _Reading(
        choice, compiled, session, allowed_ids, Known() if known is None else known
    ).read()


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One row: a write, or None if the mapping leaves it out; (column, reason) of its problems."""

    line: int
    write: ItemWrite | None
    problems: tuple[tuple[str, str], ...] = ()


def item_rows(choice: Choice, compiled: CompiledItems, session: Session) -> Iterator[ItemRow]:
    """Yield each row by itself; a bad one is no problem of the others."""
    yield from _Reading(choice, compiled, session, (), Known()).each()


class _Reading:
    def __init__(
        self,
        choice: Choice,
        compiled: CompiledItems,
        session: Session,
        allowed_ids: Collection[str],
        known: Known,
    ) -> None:
        self._compiled, self._session = compiled, session
        self._table = choice.tables[0]
        self._allowed_ids = allowed_ids
        self._known = known
        self._found = ReadItems(choice)
        self._problems: list[tuple[int, str, str]] = []

    def read(self) -> ReadItems:
        """Read all rows."""
        rows = self._rows()
        for row in rows:
            if row["left_out"]:
                self._found.left_out[row["left_out"]] += 1
            else:
                self._take(row)
        self._found.bad = self._bad()
        return self._found

    def each(self) -> Iterator[ItemRow]:
        """Yield the rows with what is wrong with each."""
        for row in self._rows():
            self._known.clear()  # an item may come again and again
            self._problems.clear()
            self._found.writes.clear()
            if row["left_out"]:
                yield ItemRow(row["_line"], None)
                continue
            self._take(row)
            problems = tuple((column, reason) for _, column, reason in self._problems)
            yield ItemRow(row["_line"], self._found.writes[0], problems)

    def _rows(self) -> Iterator[dict[str, Any]]:
        names = [name for name in ITEM_COLUMNS if name not in _TIMES]
        formats = {name: self._time_format(name) for name in _TIMES}
        times = [f"{one.sql(name)} AS {name}_ms, {name}" for name, one in formats.items()]
        sql = f"SELECT {', '.join([*names, *times])} FROM ({self._compiled.sql})"
        cursor = self._session.connection.cursor().execute(sql)
        columns = [one[0] for one in cursor.description or ()]
        done = 0
        while page := cursor.fetchmany(PAGE_ROWS):
            for values in page:
                yield dict(zip(columns, values, strict=True))
            done += len(page)
            self._session.watch(f"read {self._table.short}", done, 0)

    def _time_format(self, name: str) -> TimeFormat:
        sql = f"SELECT {name} FROM ({self._compiled.sql}) WHERE {name} <> '' LIMIT 1000"
        return self._compiled.time.seen(text for (text,) in self._session.rows(sql))

    def _take(self, row: dict[str, Any]) -> None:
        line, item_id = row["_line"], row["item_id"] or ""
        if reason := id_problem(item_id, self._allowed_ids):
            self._add(line, "item_id", reason)
        item = self._item(line, item_id, row)
        if self._known.is_equal(item):
            self._found.equal += 1
            return
        if reason := self._known.problem(item):
            self._add(line, "item_id", reason)
        self._found.again += item_id in self._known
        self._known.add(item, self._table.files[line >> FILE_BITS].name)
        for column, reason in item_problems(item, self._allowed_ids):
            self._add(line, column, reason)
        self._found.writes.append(ItemWrite(item))

    def _item(self, line: int, item_id: str, row: dict[str, Any]) -> Item:
        features = json.loads(row["features"]) if row["features"] else {}
        return Item(
            item_id=item_id,
            title=row["title"] or "",
            categories=_texts(row["categories"]),
            price=self._price(line, row["price"]),
            currency_code=row["currency_code"] or "",
            available=row["available"] != "false",
            tags=_texts(row["tags"]),
            features=tuple(sorted(named_features(features))),
            publish_time_ms=self._time(line, "publish_time", row) or 0,
            expire_time_ms=self._time(line, "expire_time", row) or 0,
            image_uri=row["image_uri"] or "",
            uri=row["uri"] or "",
            group_id=row["group_id"] or "",
        )

    def _price(self, line: int, text: str | None) -> float | None:
        if not text:
            return None
        price = parse_number(text)
        if price is None or price < 0:
            self._add(line, "price", price_problem(text))
            return None
        return price

    def _time(self, line: int, name: str, row: dict[str, Any]) -> int | None:
        if row[name] and row[f"{name}_ms"] is None:
            self._add(line, name, f"{shown_time(row[name])} is no time; see --time-format")
        time_ms: int | None = row[f"{name}_ms"]
        return time_ms

    def _add(self, line: int, column: str, reason: str) -> None:
        self._problems.append((line, self._compiled.labels.get(column, column), reason))

    def _bad(self) -> list[BadFile]:
        kinds: dict[tuple[str, str], int] = {}
        for line, column, reason in self._problems:
            kinds.setdefault((column, _kind(reason)), line)
        places = where(self._table, set(kinds.values()), self._session)
        files: dict[str, Problems] = {}
        for _, column, reason in self._problems:
            at = places[kinds[column, _kind(reason)]]
            file = files.setdefault(at.name, Problems(Path(at.name)))
            file.add(at.line, column, reason, kind=_kind(reason))
        return [bad for file in files.values() for bad in file.found()]


def _kind(reason: str) -> str:
    return _DIGITS.sub("#", reason)


def _texts(values: Sequence[str | None] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in values or () if text and text.strip()))


def named_features(named: dict[str, Any]) -> Iterator[tuple[str, str | float]]:
    """Yield the features that a model can use: texts that are not empty, and numbers."""
    for name, value in named.items():
        if isinstance(value, bool):
            yield name, str(value).lower()
        elif isinstance(value, int | float):
            yield name, float(value)
        elif isinstance(value, str) and value:
            yield name, value
