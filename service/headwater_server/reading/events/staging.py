"""The rows of one file, with times and numbers read, in a table of the session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from headwater_server.reading.events.part import RATING_MAX, Part
from headwater_server.reading.failure import failure
from headwater_server.reading.numbers import number_sql
from headwater_server.reading.opening.table import FILE_BITS
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session
from headwater_server.reading.times import TimeFormat

SEEN_ROWS = 1000
NUMBERS = ("quantity", "price", "value", "reward", "position")
TEXTS = (
    "event_id", "event_type", "visitor_id", "user_id", "session_id", "item_id", "currency_code",
    "group_key", "placement",
)  # fmt: skip


@dataclass(frozen=True)
class Staged:
    """One table's rows. ``table`` has all, also those left out; texts are '' where absent.

    ``source`` is the number of its first file. A column of that name has each row's.

    ``missing``: rows have no time, and the earliest of all; they come before the others.

    ``lacks``: columns of ours that the file does not have; they are constants of the view.
    """

    source: int
    part: Part
    table: str
    time: TimeFormat
    rows: int
    lacks: frozenset[str] = frozenset()
    missing: bool = False


def stage(
    source: int, part: Part, session: Session, about_rows: int, *, days: bool = True
) -> Staged:
    """Read a file once into a table, with what cannot be read beside what can.

    ``days``: numbers near 45,000 are the days of a spreadsheet (see `TimeFormat.seen`).
    """
    stored, view = session.new_name("stored"), session.new_name("staged")
    time = _time_of(part, session, days=days)
    lacks = part.compiled.lacks & {*NUMBERS, *TEXTS}
    columns = dict(_stored(part, time, lacks))
    selected = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    try:
        session.watched(
            f"CREATE TABLE {stored} AS SELECT {selected} FROM ({part.compiled.sql})",
            f"read {part.table.short}",
            about_rows,
        )
    except duckdb.Error as error:
        raise BadFile(Path(part.table.name), [Problem(0, "", failure(error))]) from error
    missing = _fill_times(stored, part, session)
    constants = ", ".join(f"{sql} AS {name}" for name, sql in _constants(source, columns))
    session.connection.execute(
        f"CREATE VIEW {view} AS SELECT rowid AS _row, *, {constants} FROM {stored}"
    )
    rows = session.row(f"SELECT count(*) FROM {stored}")[0]
    return Staged(source, part, view, time, rows, lacks, missing)


def _fill_times(table: str, part: Part, session: Session) -> bool:
    """Give rows without a time the earliest of all, if the form says so; whether there are any.

    ``time_text`` is '' in these rows and NULL in those with a time of their own. If no row has a
    time, all stay without one, which is refused later.
    """
    if not part.choice.mapping.time.missing_first:
        return False
    is_missing = "time_ms IS NULL AND coalesce(time_text, '') = ''"
    first, rows = session.row(
        f"SELECT min(time_ms), count(*) FILTER (WHERE {is_missing}) FROM {table}"
    )
    if first is None or not rows:
        return False
    session.connection.execute(
        f"UPDATE {table} SET time_ms = {first}, time_text = '' WHERE {is_missing}"
    )
    return True


def _time_of(part: Part, session: Session, *, days: bool) -> TimeFormat:
    sql = f"SELECT event_time FROM ({part.compiled.sql}) WHERE event_time <> '' LIMIT {SEEN_ROWS}"
    return part.compiled.time.seen((text for (text,) in session.rows(sql)), days=days)


def _stored(part: Part, time: TimeFormat, lacks: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield what is stored. A constant is not: each costs as much as a column."""
    yield "_line", "_line"
    time_ms = time.sql("event_time")
    yield "time_ms", time_ms
    yield "time_text", f"CASE WHEN {time_ms} IS NULL THEN event_time END"
    for name in TEXTS:
        if name not in lacks:
            yield name, f"coalesce({name}, '')"
    for name in NUMBERS:
        if name not in lacks:
            number = number_sql(name)
            yield name, _scaled(number, part.compiled.scale) if name == "value" else number
            yield f"bad_{name}", f"CASE WHEN {name} <> '' AND {number} IS NULL THEN {name} END"
    yield "left_out", _left_out(part)


def _constants(source: int, stored: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "source", f"({source} + (_line >> {FILE_BITS}))::UINTEGER"
    for name in TEXTS:
        if name not in stored:
            yield name, "''"
    for name in NUMBERS:
        if name not in stored:
            yield name, "NULL::DOUBLE"
            yield f"bad_{name}", "NULL::VARCHAR"


def _scaled(number: str, scale: float) -> str:
    if scale == RATING_MAX:
        return number
    return (
        f"CASE WHEN event_type = 'rating' THEN {number} * {RATING_MAX / scale!r} ELSE {number} END"
    )


def _left_out(part: Part) -> str:
    """Return the reason of the mapping, else of what a row has to have and this one has not."""
    cases = [
        f"WHEN coalesce({name}, '') = '' THEN '!without {part.label(name)}'"
        for name in part.compiled.drop_without
    ]
    return f"CASE WHEN left_out <> '' THEN left_out {' '.join(cases)} END"
