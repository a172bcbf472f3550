"""Times of a mapping: their format for the reader, and times that a file does not have."""

from __future__ import annotations

from datetime import UTC, datetime

from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.names import BadMapping
from headwater_server.reading.times import BadTimeFormat, TimeFormat, format_problem

_MS = 1000


def time_format(form: Form) -> TimeFormat:
    """Return how the times of a form are written. Raises `BadMapping` for what does not exist."""
    time = form.time
    zero = zero_ms(time.zero) if time.zero else None
    unit = "s" if time.none else time.unit
    if time.format and (problem := format_problem(time.format)):
        raise BadMapping(f"time format {time.format!r}: {problem}")
    try:
        return TimeFormat(format=time.format, zone=time.zone, unit=unit, zero_ms=zero)
    except BadTimeFormat as error:
        raise BadMapping(str(error)) from None


def time_sql(form: Form, cell: str) -> str:
    """Return the SQL of a time; a file without times gives the number of the row, as seconds."""
    return "_line::VARCHAR" if form.time.none else cell


def check_zero(form: Form, name: str) -> None:
    """Refuse a file without absolute times unless somebody said where they begin."""
    if form.time.zero or not (form.time.none or form.time.relative):
        return
    what = (
        "has no times; --time-zero 2020-01-01 reads its rows in their order, one second each, from "
        "that date"
        if form.time.none
        else "has times that count from an unknown day; --time-zero 2020-01-01 says from which"
    )
    raise BadMapping(f"{name}: {form.title or form.preset} {what}")


def zero_ms(text: str) -> int:
    """Return a date or time as milliseconds since 1970, in UTC if it names no zone.

    >>> zero_ms("1970-01-02")
    86400000
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadMapping(f"--time-zero {text!r}: give a date, such as 2020-01-31") from None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(aware.timestamp() * _MS)
