"""Reads a file of events: one pass that checks every row and keeps the first ones."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from headwater_server.engine.clock import ahead_problem
from headwater_server.engine.intake.limits import NUMBER_MAX
from headwater_server.engine.messages.rewards import RATING
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.evaluation.event_file import EventFile
from headwater_server.evaluation.table import Table, open_table
from headwater_server.reading.cells import id_problem, parse_number, parse_time_ms
from headwater_server.reading.problems import Problems
from headwater_server.replica.clock import wall_clock_ms

REQUIRED = ("timestamp", "user_id", "item_id", "event_type")
COLUMNS = (*REQUIRED, "value")
RATING_MAX = 5


def read_events(
    path: Path,
    known_types: frozenset[str],
    limit: int | None = None,
    allowed_ids: Collection[str] = (),
    earliest_ms: int = 0,
) -> EventFile:
    """Read the first ``limit`` events of a CSV file, by time; every row is checked.

    Raises `BadFile` with the line, column and reason of each problem.
    """
    problems = Problems(path)
    table = open_table(path)
    names = table.columns(REQUIRED, problems)
    for name in names:
        if name not in COLUMNS:
            problems.add(1, name, f"unknown; an event file has {', '.join(COLUMNS)}")
    problems.raise_if_any()
    file = _Reading(table, names, known_types, allowed_ids, problems, earliest_ms).read()
    if not problems.total and not len(file):
        problems.add(0, "", "the file holds no events")
    problems.raise_if_any()
    file.sort()
    return file.first(limit)


class _Reading:
    """One pass over the rows, checking each and keeping the first ones."""

    def __init__(
        self,
        table: Table,
        names: list[str],
        known_types: frozenset[str],
        allowed_ids: Collection[str],
        problems: Problems,
        earliest_ms: int,
    ) -> None:
        self._table = table
        self._places = tuple(names.index(name) for name in REQUIRED)
        self._value_place = names.index("value") if "value" in names else -1
        self._width = len(names)
        self._known_types = known_types
        self._allowed_ids = allowed_ids
        self._problems = problems
        self._checked_types: dict[str, str] = {}
        self._ids: dict[
            str, str
        ] = {}  # one string for each visitor or item, however many rows name it
        self._now_ms = wall_clock_ms()
        self._earliest_ms = earliest_ms

    def read(self) -> EventFile:
        file = EventFile(self._table.path, self._table.digest)
        rows = self._table.rows(self._problems)
        next(rows)
        for line, fields in rows:
            if len(fields) != self._width:
                reason = f"{len(fields)} fields where the header has {self._width}"
                self._problems.add(line, "", reason)
                continue
            self._take(file, line, fields)
        return file

    def _take(self, file: EventFile, line: int, fields: list[str]) -> None:
        time_text, visitor, item, type_text = (fields[place] for place in self._places)
        time_ms = self._time_ms(line, time_text)
        visitor = self._id(line, "user_id", visitor)
        item = self._id(line, "item_id", item)
        event_type = self._type(line, type_text)
        text = fields[self._value_place] if self._value_place >= 0 else ""
        value = self._value(line, text, event_type)
        file.lines.append(line)
        file.times_ms.append(time_ms)
        file.visitor_ids.append(visitor)
        file.item_ids.append(item)
        file.event_types.append(event_type)
        file.values.append(value)

    def _time_ms(self, line: int, text: str) -> int:
        time_ms = parse_time_ms(text)
        if isinstance(time_ms, str):
            self._problems.add(line, "timestamp", time_ms, kind="no time")
            return 0
        if problem := ahead_problem(time_ms, self._now_ms):
            reason = f"{problem}, the time of this machine"
            self._problems.add(line, "timestamp", reason, kind="ahead")
            return 0
        if time_ms < self._earliest_ms:
            reason = f"{text} s since 1970 lies before 1990"
            self._problems.add(line, "timestamp", reason, kind="early")
        return time_ms

    def _id(self, line: int, column: str, text: str) -> str:
        known = self._ids.get(text)
        if known is not None:
            return known
        reason = id_problem(text, self._allowed_ids)
        if reason:
            self._problems.add(line, column, reason)
            return text
        return self._ids.setdefault(text, text)

    def _type(self, line: int, text: str) -> str:
        name = self._checked_types.get(text)
        if name is None:
            name = ALIASES.get(text, text)
            if name not in self._known_types:
                known = ", ".join(sorted(self._known_types | ALIASES.keys()))
                self._problems.add(line, "event_type", f"unknown type {text!r}; known are {known}")
                return name
            self._checked_types[text] = name
        return name

    def _value(self, line: int, text: str, event_type: str) -> float | None:
        value = parse_number(text) if text else None
        if text and (value is None or abs(value) > NUMBER_MAX):
            reason = f"{text!r} is not a number up to {NUMBER_MAX:g}"
            self._problems.add(line, "value", reason, kind="no number")
        elif event_type == RATING and (value is None or not 0 <= value <= RATING_MAX):
            reason = f"{text!r} is no rating: a number from 0 to {RATING_MAX}"
            self._problems.add(line, "value", reason, kind="no rating")
        return value
