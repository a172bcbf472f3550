"""The rows of one file, with times and numbers read, in a table of the session."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.reading.events.part import RATING_MAX, Part
from headwater_server.reading.numbers import number_sql
from headwater_server.reading.session import Session
from headwater_server.reading.times import TimeFormat

SEEN_ROWS = 1000
_NUMBERS = ("quantity", "price", "value", "position")
_TEXTS = (
    "event_id", "event_type", "visitor_id", "user_id", "session_id", "item_id", "currency_code",
    "group_key", "placement",
)  # fmt: skip


@dataclass(frozen=True)
class Staged:
    """One file's rows. ``table`` has all, also those left out; texts are '' where absent."""

    source: int
    part: Part
    table: str
    time: TimeFormat
    rows: int


def stage(source: int, part: Part, session: Session, about_rows: int) -> Staged:
    """Read a file once into a table, with what cannot be read beside what can."""
    table = session.new_name("staged")
    time = _time_of(part, session)
    session.watched(
        f"CREATE TABLE {table} AS SELECT {_columns(source, part, time)} FROM ({part.compiled.sql})",
        f"read {part.table.path.name}",
        about_rows,
    )
    rows = session.row(f"SELECT count(*) FROM {table}")[0]
    return Staged(source, part, table, time, rows)


def _time_of(part: Part, session: Session) -> TimeFormat:
    sql = f"SELECT event_time FROM ({part.compiled.sql}) WHERE event_time <> '' LIMIT {SEEN_ROWS}"
    return part.compiled.time.seen(text for (text,) in session.rows(sql))


def _columns(source: int, part: Part, time: TimeFormat) -> str:
    time_ms = time.sql("event_time")
    columns = [f"{source}::USMALLINT AS source", "_line", f"{time_ms} AS time_ms"]
    columns.append(f"CASE WHEN {time_ms} IS NULL THEN event_time END AS time_text")
    columns += [f"coalesce({name}, '') AS {name}" for name in _TEXTS]
    for name in _NUMBERS:
        number = number_sql(name)
        scaled = f"{number} * {RATING_MAX} / {part.compiled.scale!r}"
        is_scaled = name == "value" and part.compiled.scale != RATING_MAX
        read = f"CASE WHEN event_type = 'rating' THEN {scaled} ELSE {number} END"
        columns.append(f"{read if is_scaled else number} AS {name}")
        columns.append(f"CASE WHEN {name} <> '' AND {number} IS NULL THEN {name} END AS bad_{name}")
    columns.append(f"{_left_out(part)} AS left_out")
    return ", ".join(columns)


def _left_out(part: Part) -> str:
    """Return the reason of the mapping, else of what a row has to have and this one has not."""
    cases = [
        f"WHEN coalesce({name}, '') = '' THEN '!without {part.label(name)}'"
        for name in part.compiled.drop_without
    ]
    return f"CASE WHEN left_out <> '' THEN left_out {' '.join(cases)} END"
