"""Gorse's feedback as events, in the order of their times."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from headwater_server.engine.clock import ahead_problem
from headwater_server.engine.intake.limits import NUMBER_MAX
from headwater_server.engine.messages.rewards import RATING, canonical_type
from headwater_server.evaluation.event_file import EventFile
from headwater_server.evaluation.event_reader import RATING_MAX
from headwater_server.evaluation.gorse.records import Export, Kind, Record, read_export
from headwater_server.evaluation.gorse.values import time_ms
from headwater_server.reading.cells import id_problem, parse_number
from headwater_server.replica.clock import wall_clock_ms

TYPES = {"read": "impression", "star": "favorite"}
"""Our event type for each of Gorse's types, by default; types that we know stay as they are."""


def read_feedback(
    path: Path,
    known: frozenset[str],
    types: Mapping[str, str],
    allowed_ids: Collection[str] = (),
) -> EventFile:
    """Read feedback; ``types`` maps feedback types to event types. Raises `BadFile`.

    Exports are in the database's order: events are sorted by time, those without one first.
    """
    export = read_export(path, Kind.FEEDBACK)
    reading = _Reading(export, known, TYPES | dict(types), allowed_ids)
    rows = [row for record in export.records if (row := reading.row(record))]
    if not export.problems.total and not rows:
        export.problems.add(0, "", "the file holds no feedback")
    export.problems.raise_if_any()
    return _file(export, rows)


def _file(
    export: Export, rows: list[tuple[int | None, int, str, str, str, float | None]]
) -> EventFile:
    earliest = min((row[0] for row in rows if row[0] is not None), default=0)
    file = EventFile(export.path, export.digest, are_accounts=True)
    for at, line, user, item, event_type, value in sorted(rows, key=lambda row: row[0] or 0):
        file.lines.append(line)
        file.times_ms.append(earliest if at is None else at)
        file.visitor_ids.append(user)
        file.item_ids.append(item)
        file.event_types.append(event_type)
        file.values.append(value)
    return file


class _Reading:
    def __init__(
        self,
        export: Export,
        known: frozenset[str],
        types: Mapping[str, str],
        allowed_ids: Collection[str],
    ) -> None:
        self._problems = export.problems
        self._known = known
        self._types = types
        self._allowed_ids = allowed_ids
        self._reported: set[str] = set()
        self._now_ms = wall_clock_ms()

    def row(self, record: Record) -> tuple[int | None, int, str, str, str, float | None] | None:
        """Return a row, None if it has a problem."""
        line, fields = record
        before = self._problems.total
        ids = [self._id(line, fields, name) for name in ("UserId", "ItemId")]
        event_type = self._type(line, str(fields.get("feedbacktype") or ""))
        value = self._value(line, fields.get("value"), event_type)
        at = self._time_ms(line, fields.get("timestamp"))
        if self._problems.total > before:
            return None
        return at, line, *ids, event_type, value  # type: ignore[return-value]  # two ids

    def _time_ms(self, line: int, given: Any) -> int | None:
        at = time_ms(given)
        if isinstance(at, str):
            self._problems.add(line, "Timestamp", at)
            return None
        if problem := ahead_problem(at, self._now_ms):
            self._problems.add(line, "Timestamp", f"{problem}, the time of this machine")
        return at

    def _id(self, line: int, fields: dict[str, Any], name: str) -> str:
        value = fields.get(name.lower(), "")
        reason = id_problem(value, self._allowed_ids) if isinstance(value, str) else "no text"
        if reason:
            self._problems.add(line, name, reason)
        return str(value)

    def _type(self, line: int, name: str) -> str:
        event_type = canonical_type(self._types.get(name, name))
        if event_type not in self._known and name not in self._reported:
            self._reported.add(name)
            fix = f"say what it is, such as --type {name or 'NAME'}=click"
            known = ", ".join(sorted(self._known))
            text = f"unknown type {name!r} (here first): {fix}; known are {known}"
            self._problems.add(line, "FeedbackType", text)
        return event_type

    def _value(self, line: int, given: Any, event_type: str) -> float | None:
        """Return the value; Gorse's 0 is no value, except for a rating."""
        value = parse_number(given) if isinstance(given, str) and given else given or 0.0
        if isinstance(value, bool) or not isinstance(value, int | float) or not _tame(value):
            self._problems.add(line, "Value", f"{given!r} is not a number up to {NUMBER_MAX:g}")
            return None
        if event_type == RATING and not 0 <= value <= RATING_MAX:
            text = f"{given!r} is no rating: a number from 0 to {RATING_MAX}"
            self._problems.add(line, "Value", text)
        return float(value) if value or event_type == RATING else None


def _tame(value: float) -> bool:
    return math.isfinite(value) and abs(value) <= NUMBER_MAX
