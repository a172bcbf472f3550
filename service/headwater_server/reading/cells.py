"""Values of cells: ids, times and numbers, in formats that not only Python accepts."""

from __future__ import annotations

import math
import re
from collections.abc import Collection

from headwater_server.engine.intake.placeholders import placeholder

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
ID_BYTES_MAX = 128
SECONDS_MAX = 100_000_000_000  # the year 5138; larger is a time in milliseconds


def parse_number(text: str) -> float | None:
    """Return a finite number, or None if ``text`` is not one.

    >>> parse_number("4.5"), parse_number("1_000"), parse_number("nan"), parse_number("1e999")
    (4.5, None, None, None)
    """
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number if math.isfinite(number) else None


def parse_time_ms(text: str) -> int | str:
    """Return milliseconds of a time in seconds since 1970, or an error text.

    >>> parse_time_ms("1590884413"), parse_time_ms("1590884413.25")
    (1590884413000, 1590884413250)
    >>> parse_time_ms("1590884413000")
    "'1590884413000' is too large for seconds; is it milliseconds?"
    """
    seconds = int(text) if text.isascii() and text.isdigit() else parse_number(text)
    if seconds is None:
        return f"{text!r} is not a time in seconds since 1970"
    if seconds < 0:
        return f"{text!r} lies before 1970"
    if seconds > SECONDS_MAX:
        return f"{text!r} is too large for seconds; is it milliseconds?"
    return round(seconds * 1000)


def id_problem(text: str, allowed: Collection[str] = ()) -> str:
    """Return the problem of an id, or "" if it is valid; ``allowed`` is the setting allowed_ids.

    >>> id_problem("v1"), id_problem("")
    ('', 'empty')
    >>> id_problem("undefined")
    "'undefined' is the text of a missing value, not an ID; remove the row, or set allowed_ids"
    """
    if reason := length_problem(text):
        return reason
    reason = placeholder(text, allowed)
    return f"{reason}; remove the row, or set allowed_ids" if reason else ""


def length_problem(text: str) -> str:
    """Return why a label is too short or too long, or "" if it is valid."""
    if not text:
        return "empty"
    size = len(text.encode())
    return f"{size} bytes long; at most {ID_BYTES_MAX} are allowed" if size > ID_BYTES_MAX else ""
